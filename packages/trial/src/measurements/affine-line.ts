import { at } from '../at.ts'
import type { LayerLayout } from '../network.ts'
import { multiplyRows } from './multiply-rows.ts'

/** Beyond this many breakpoints a line is refused: at some hundred bytes each, memory would run out unannounced. */
const MOST_POINTS = 2 ** 22

const FIRST_CAPACITY = 32

/**
 * A layer's outputs along a line, exactly as far as binary64 goes: breakpoints, and between them affine functions.
 * Slopes are propagated on their own rather than taken from differences of values, which cancel in short intervals; so
 * where no live unit switches, the slopes on both sides of a breakpoint are equal to the bit.
 * The arrays are reused from one network to the next and hold `count` intervals, `count + 1` breakpoints.
 * Loops over units index them directly: beyond a few calls a function the compiler no longer inlines `at`.
 */
export class AffineLine {
  /** Number of intervals. */
  count = 0
  /** Places of the breakpoints, ascending, [breakpoint]. */
  positions = new Float64Array(FIRST_CAPACITY)
  /** Outputs of the last layer at the breakpoints, [breakpoint][unit], `stride` apart. */
  values: Float64Array
  /** Their derivatives with respect to the position, [interval][unit], `stride` apart. */
  slopes: Float64Array
  /** Widest layer. */
  readonly stride: number

  private units = 0
  private capacity = FIRST_CAPACITY
  private splitPositions = new Float64Array(FIRST_CAPACITY)
  private splitValues: Float64Array
  private splitSlopes: Float64Array
  /** Crossings of one interval in order: where, and which unit. */
  private readonly roots: Float64Array
  private readonly crossing: Float64Array
  /** 1 where a unit is positive just left of the next crossing, [unit]. */
  private readonly active: Float64Array
  private readonly live: Int32Array

  constructor(sizes: readonly number[]) {
    this.stride = Math.max(...sizes)
    const length = FIRST_CAPACITY * this.stride
    this.values = new Float64Array(length)
    this.slopes = new Float64Array(length)
    this.splitValues = new Float64Array(length)
    this.splitSlopes = new Float64Array(length)
    this.roots = new Float64Array(this.stride)
    this.crossing = new Float64Array(this.stride)
    this.active = new Float64Array(this.stride)
    this.live = new Int32Array(this.stride)
  }

  /** Starts with one interval [low, high] on which the input goes straight from `start` to `end`, [coordinate]. */
  begin(low: number, high: number, start: Float64Array, end: Float64Array): void {
    this.count = 1
    this.units = start.length
    this.positions[0] = low
    this.positions[1] = high
    for (let k = 0; k < this.units; k++) {
      this.values[k] = at(start, k)
      this.values[this.stride + k] = at(end, k)
      this.slopes[k] = (at(end, k) - at(start, k)) / (high - low)
    }
  }

  /** Applies one affine layer. @param parameters of the whole network, [parameter] */
  applyLayer(layer: LayerLayout, parameters: Float64Array): void {
    const { live, stride } = this
    multiplyRows(this.slopes, this.splitSlopes, { rows: this.count, stride, layer, parameters, live })
    multiplyRows(this.values, this.splitValues, { rows: this.count + 1, stride, layer, parameters, live })
    for (let p = 0, row = 0; p <= this.count; p++, row += this.stride) {
      for (let j = 0; j < layer.outputs; j++) {
        this.splitValues[row + j] = at(this.splitValues, row + j) + at(parameters, layer.biases + j)
      }
    }
    this.units = layer.outputs
    this.swapRows()
  }

  private swapRows(): void {
    const { values, slopes } = this
    this.values = this.splitValues
    this.slopes = this.splitSlopes
    this.splitValues = values
    this.splitSlopes = slopes
  }

  /**
   * Applies relu, or a leaky relu of slope `leak` below 0, cutting intervals where a unit changes its sign.
   * A zero at a breakpoint is no crossing; a crossing that rounds to a breakpoint is moved there and cuts nothing.
   * @param exactRoots where each unit is zero, [unit], if known in closed form
   * @throws RangeError beyond 2^22 breakpoints
   */
  rectify(leak: number, exactRoots: Float64Array | null): void {
    const intervals = this.count
    this.count = 0
    this.putValues(0, leak)
    this.splitPositions[0] = at(this.positions, 0)
    for (let i = 0; i < intervals; i++) this.cutInterval(i, leak, exactRoots)
    const { positions } = this
    this.positions = this.splitPositions
    this.splitPositions = positions
    this.swapRows()
  }

  /** Whether some unit is above 0 at a breakpoint: if not, relu leaves 0 everywhere. */
  isPositiveSomewhere(): boolean {
    for (let p = 0, row = 0; p <= this.count; p++, row += this.stride) {
      for (let j = 0; j < this.units; j++) if (at(this.values, row + j) > 0) return true
    }
    return false
  }

  /** Whether the last layer is 0 at all breakpoints and so everywhere. */
  isZero(): boolean {
    for (let p = 0; p <= this.count; p++) {
      for (let j = 0; j < this.units; j++) if (at(this.values, p * this.stride + j) !== 0) return false
    }
    return true
  }

  /** Writes the activated values of the newest breakpoint of the cut line, where the old line has one too. */
  private putValues(row: number, leak: number): void {
    const { splitValues, units, values } = this
    const out = this.count * this.stride
    for (let j = 0; j < units; j++) {
      const z = values[row + j] as number
      splitValues[out + j] = z > 0 ? z : leak === 0 ? 0 : leak * z
    }
  }

  private cutInterval(i: number, leak: number, exactRoots: Float64Array | null): void {
    const left = at(this.positions, i)
    const right = at(this.positions, i + 1)
    const row = i * this.stride
    const crossings = this.findCrossings(i, exactRoots)
    this.reserve(this.count + 2 + crossings)
    for (let c = 0; c < crossings; c++) {
      const unit = at(this.crossing, c)
      const root = at(this.roots, c)
      if (root >= right) {
        this.values[row + this.stride + unit] = 0
        continue
      }
      if (root > at(this.splitPositions, this.count)) {
        this.putInterval(row, leak, root)
        this.putBreakpoint(row, leak, (root - left) / (right - left))
      }
      this.splitValues[this.count * this.stride + unit] = 0
      this.active[unit] = 1 - at(this.active, unit)
    }
    this.putInterval(row, leak, right)
    this.putValues(row + this.stride, leak)
  }

  /** Writes the activated values of the newest breakpoint, a part `t` of the way through the old interval of `row`. */
  private putBreakpoint(row: number, leak: number, t: number): void {
    const { active, splitValues, stride, units, values } = this
    const out = this.count * stride
    for (let j = 0; j < units; j++) {
      const a = values[row + j] as number
      const z = a + t * ((values[row + stride + j] as number) - a)
      if (active[j] === 1) splitValues[out + j] = z > 0 ? z : 0
      else splitValues[out + j] = leak === 0 || z > 0 ? 0 : leak * z
    }
  }

  /** Ends the current interval at `end` with the slopes of the units now active; `row` is its old interval's. */
  private putInterval(row: number, leak: number, end: number): void {
    const { active, slopes, splitSlopes, units } = this
    const out = this.count * this.stride
    for (let j = 0; j < units; j++) {
      const slope = slopes[row + j] as number
      splitSlopes[out + j] = active[j] === 1 ? slope : leak === 0 ? 0 : leak * slope
    }
    this.count++
    this.splitPositions[this.count] = end
  }

  /** Sets `active` at the interval's left end and lists its crossings, ascending; returns their number. */
  private findCrossings(i: number, exactRoots: Float64Array | null): number {
    const { active, stride, units, values } = this
    const row = i * stride
    const left = at(this.positions, i)
    const length = at(this.positions, i + 1) - left
    let found = 0
    for (let j = 0; j < units; j++) {
      const a = values[row + j] as number
      const b = values[row + stride + j] as number
      active[j] = a > 0 || (a === 0 && b > 0) ? 1 : 0
      if (!crosses(a, b)) continue
      const root = exactRoots === null ? left + (a / (a - b)) * length : at(exactRoots, j)
      this.insertCrossing(found++, root, j)
    }
    return found
  }

  private insertCrossing(found: number, root: number, unit: number): void {
    let c = found
    for (; c > 0 && at(this.roots, c - 1) > root; c--) {
      this.roots[c] = at(this.roots, c - 1)
      this.crossing[c] = at(this.crossing, c - 1)
    }
    this.roots[c] = root
    this.crossing[c] = unit
  }

  /** Makes room for so many breakpoints, keeping what is there. */
  private reserve(points: number): void {
    if (points > MOST_POINTS) throw new RangeError(`too many breakpoints: ${points} (at most ${MOST_POINTS})`)
    if (points <= this.capacity) return
    this.capacity = Math.max(points, 2 * this.capacity)
    this.positions = grown(this.positions, this.capacity)
    this.splitPositions = grown(this.splitPositions, this.capacity)
    this.values = grown(this.values, this.capacity * this.stride)
    this.splitValues = grown(this.splitValues, this.capacity * this.stride)
    this.slopes = grown(this.slopes, this.capacity * this.stride)
    this.splitSlopes = grown(this.splitSlopes, this.capacity * this.stride)
  }
}

/** Opposite signs, without the product: it can underflow. */
function crosses(a: number, b: number): boolean {
  return (a < 0 && b > 0) || (a > 0 && b < 0)
}

function grown(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(length)
  copy.set(values)
  return copy
}
