import { at } from '../at.ts'
import type { TrainingPoints } from '../batch.ts'

/** Two attractors closer than this, in radians, are one that rounding has seen from two arcs. */
const SAME = 1e-9

/** Where the directions (w, b) of units settle while a network with one hidden layer is still close to 0; radians, atan2(b, w). */
export interface ExtremalDirections {
  /** Of units that go on with a positive weight, ascending. */
  readonly positive: readonly number[]
  /** Of units that go on with a negative weight, ascending. */
  readonly negative: readonly number[]
}

/** A sum of so small a part of its terms' sizes is 0. */
const NO_PULL = 1e-12

type Sign = 1 | -1
type Vector = readonly [number, number]

/** An arc of the circle of (w, b) on which the same points are active, with D = sum of y (x, 1) over them. */
interface Arc {
  readonly low: number
  readonly high: number
  readonly pull: Vector
}

/**
 * The attractors of the alignment phase of relu units with one input, trained by gradient flow on the squared error from small weights:
 * while f is close to 0, u = (w, b) with outgoing weight a moves by du/dt = a D(u), D(u) = (2 / n) sum of y_i (x_i, 1) over the points
 * with u (x_i, 1) > 0. n points cut the circle into 2 n arcs on which D is constant. Units of a > 0 settle where D / |D| lies in its own
 * arc, and where the flows of both neighbouring arcs lead to their boundary; units of a < 0 so with -D. An arc without active points, or in which they cancel, has no flow: it ends there anywhere.
 * @source Maennel, Bousquet, Gelly 2018, arXiv 1803.08367, section 3
 * @throws RangeError but for one input and one output
 */
export function extremalDirections(points: TrainingPoints): ExtremalDirections {
  const { inputDim, outputDim } = points
  if (inputDim !== 1 || outputDim !== 1) {
    throw new RangeError(`invalid points: ${inputDim} inputs, ${outputDim} outputs (extremal directions are of one and one)`)
  }
  const arcs = arcsOf(points)
  return { positive: attractors(arcs, 1), negative: attractors(arcs, -1) }
}

/** Degrees from a direction (w, b) to the nearest attractor of units of the sign of `amplitude`; NaN where there is none. */
export function degreesToExtremal([w = 0, b = 0]: readonly number[], amplitude: number, extremal: ExtremalDirections): number {
  const angles = amplitude > 0 ? extremal.positive : extremal.negative
  if (angles.length === 0) return Number.NaN
  const angle = Math.atan2(b, w)
  return (Math.min(...angles.map((other) => Math.abs(turned(angle - other)))) * 180) / Math.PI
}

/** Counterclockwise, from the first boundary above -pi on. */
function arcsOf({ count, inputs, targets }: TrainingPoints): Arc[] {
  const normals = Array.from(inputs, (x) => Math.atan2(1, x))
  const boundaries = normals.flatMap((angle) => [turned(angle - Math.PI / 2), turned(angle + Math.PI / 2)])
  const lows = boundaries.toSorted((a, b) => a - b).filter((angle, i, sorted) => i === 0 || angle > (sorted[i - 1] ?? 0))
  return lows.map((low, i): Arc => {
    const high = lows[i + 1] ?? (lows[0] ?? 0) + 2 * Math.PI
    const middle = (low + high) / 2
    let [w, b, size] = [0, 0, 0]
    for (let p = 0; p < count; p++) {
      if (Math.cos(middle) * at(inputs, p) + Math.sin(middle) <= 0) continue
      w += at(targets, p) * at(inputs, p)
      b += at(targets, p)
      size += Math.abs(at(targets, p)) * Math.hypot(at(inputs, p), 1)
    }
    // what rounding leaves of a sum that is 0, as that of centred targets of |x|, points nowhere
    return { low, high, pull: Math.hypot(w, b) <= NO_PULL * size ? [0, 0] : [w, b] }
  })
}

function attractors(arcs: readonly Arc[], sign: Sign): number[] {
  const inside = arcs.flatMap(({ low, high, pull: [w, b] }) => {
    const angle = Math.atan2(sign * b, sign * w)
    const isInside = (w !== 0 || b !== 0) && [angle, angle + 2 * Math.PI].some((turn) => turn > low && turn < high)
    return isInside ? [angle] : []
  })
  const between = arcs.flatMap((arc, i) => {
    const before = arcs.at(i - 1)
    return before !== undefined && leads(before, arc.low, sign) && leads(arc, arc.low, sign, -1) ? [arc.low] : []
  })
  const sorted = [...inside, ...between].map(turned).toSorted((a, b) => a - b)
  return sorted.filter((angle, i) => i === 0 || angle - (sorted[i - 1] ?? 0) > SAME)
}

/** Whether the flow in an arc leads to its end at `angle`: counterclockwise to its upper end, clockwise (`turn` -1) to its lower one. */
function leads({ pull: [w, b] }: Arc, angle: number, sign: Sign, turn: Sign = 1): boolean {
  const along = turn * sign * (b * Math.cos(angle) - w * Math.sin(angle))
  const outward = sign * (w * Math.cos(angle) + b * Math.sin(angle))
  // D along the boundary itself pulls towards it
  return Math.abs(along) <= SAME * Math.abs(outward) ? outward > 0 : along > 0
}

/** The same angle in (-pi, pi]. */
function turned(angle: number): number {
  if (angle > Math.PI) return angle - 2 * Math.PI
  return angle <= -Math.PI ? angle + 2 * Math.PI : angle
}
