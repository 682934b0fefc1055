import { at } from '../at.ts'
import type { TrainingPoints } from '../batch.ts'
import type { Loss } from '../losses/index.ts'
import { forwardPass } from './forward-pass.ts'
import type { NetworkState } from './network-state.ts'
import type { Tile } from './samples.ts'

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
  passes: readonly (readonly Tile[])[],
): Generator<void, Check> {
  const { round } = network.arithmetic
  const sums: Sums = {
    alive: network.layers.slice(1).map(() => !network.canDie),
    deadPoints: 0,
    loss: 0,
    outputMin: new Float64Array(points.outputDim).fill(Number.POSITIVE_INFINITY),
    outputMax: new Float64Array(points.outputDim).fill(Number.NEGATIVE_INFINITY),
  }
  for (const tiles of passes) {
    yield* forwardPass(network, tiles, points)
    for (const tile of tiles) {
      const tileLoss = tileSums(sums, network, points, { loss, tile })
      sums.loss = tile.isFirst ? tileLoss : round(sums.loss + tileLoss)
    }
  }
  return {
    deadLayer: sums.alive.indexOf(false) + 1,
    deadPoints: sums.deadPoints,
    loss: round(sums.loss / round(points.count * points.outputDim)),
    outputMin: sums.outputMin,
    outputMax: sums.outputMax,
  }
}

/** Takes one tile's points into the sums; returns the tile's own part of the loss. */
function tileSums(
  sums: Sums,
  network: NetworkState,
  points: TrainingPoints,
  { loss, tile }: { loss: Loss; tile: Tile },
): number {
  const { outputDim, targets } = points
  let tileLoss = 0
  tile.points.forEach((point, i) => {
    noteZeros(sums, network, tile.row + i)
    for (let j = 0; j < outputDim; j++) {
      const o = at(network.output, (tile.row + i) * outputDim + j)
      tileLoss = loss.add(tileLoss, network.arithmetic.round(o - at(targets, point * outputDim + j)))
      sums.outputMin[j] = o < at(sums.outputMin, j) ? o : at(sums.outputMin, j)
      sums.outputMax[j] = o > at(sums.outputMax, j) ? o : at(sums.outputMax, j)
    }
  })
  return tileLoss
}

function noteZeros(sums: Sums, { canDie, layers }: NetworkState, sample: number): void {
  if (!canDie) return
  let hasZeroLayer = false
  layers.slice(1).forEach(({ inputs, received }, l) => {
    const isPositive = received.subarray(sample * inputs, (sample + 1) * inputs).some((h) => h > 0)
    if (isPositive) sums.alive[l] = true
    else hasZeroLayer = true
  })
  if (hasZeroLayer) sums.deadPoints += 1
}
