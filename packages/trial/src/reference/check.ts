import { at } from '../at.ts'
import type { TrainingPoints } from '../batch.ts'
import type { Loss } from '../losses/index.ts'
import type { NetworkState } from './network-state.ts'
import { forward } from './network-state.ts'

/** What one forward pass over the full training set yields (NUMERICS.md, 5). */
export interface Check {
  /** First hidden layer (1, 2, ...) that is zero on every point, 0 if none. */
  readonly deadLayer: number
  /** Number of points for which some hidden layer is all zero. */
  readonly deadPoints: number
  readonly loss: number
  /** [output component] */
  readonly outputMin: Float64Array
  readonly outputMax: Float64Array
}

interface Sums {
  /** Whether the layer above has received anything but zeros, [hidden layer]. */
  readonly alive: boolean[]
  deadPoints: number
  loss: number
  readonly outputMin: Float64Array
  readonly outputMax: Float64Array
}

/** Checks the network on all points. Yields after every tile: the caller decides whether to go on at once. */
export function* check(
  network: NetworkState,
  points: TrainingPoints,
  loss: Loss,
  tiles: readonly (readonly number[])[],
): Generator<void, Check> {
  const sums: Sums = {
    alive: network.layers.slice(1).map(() => !network.activation.canDie),
    deadPoints: 0,
    loss: 0,
    outputMin: new Float64Array(points.outputDim).fill(Number.POSITIVE_INFINITY),
    outputMax: new Float64Array(points.outputDim).fill(Number.NEGATIVE_INFINITY),
  }
  for (const tile of tiles) {
    sums.loss += tileSums(sums, network, points, { loss, tile })
    yield
  }
  return {
    deadLayer: sums.alive.indexOf(false) + 1,
    deadPoints: sums.deadPoints,
    loss: sums.loss / (points.count * points.outputDim),
    outputMin: sums.outputMin,
    outputMax: sums.outputMax,
  }
}

/** Takes one tile's points into the sums; returns the tile's own part of the loss. */
function tileSums(
  sums: Sums,
  network: NetworkState,
  points: TrainingPoints,
  { loss, tile }: { loss: Loss; tile: readonly number[] },
): number {
  let tileLoss = 0
  for (const point of tile) {
    forward(network, points.inputs.subarray(point * points.inputDim, (point + 1) * points.inputDim))
    noteZeros(sums, network)
    network.output.forEach((o, j) => {
      tileLoss += loss.term(o - at(points.targets, point * points.outputDim + j))
      sums.outputMin[j] = o < at(sums.outputMin, j) ? o : at(sums.outputMin, j)
      sums.outputMax[j] = o > at(sums.outputMax, j) ? o : at(sums.outputMax, j)
    })
  }
  return tileLoss
}

function noteZeros(sums: Sums, { activation, layers }: NetworkState): void {
  if (!activation.canDie) return
  const positive = layers.slice(1).map((layer) => layer.received.some((h) => h > 0))
  positive.forEach((isPositive, l) => {
    if (isPositive) sums.alive[l] = true
  })
  if (positive.includes(false)) sums.deadPoints += 1
}
