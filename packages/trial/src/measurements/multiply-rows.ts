import type { LayerLayout } from '../network.ts'

/** Rows of numbers of units, and the weights they are multiplied by. */
export interface RowsProduct {
  readonly rows: number
  /** Distance from one row to the next; at least the width of the layer on both sides. */
  readonly stride: number
  readonly layer: LayerLayout
  /** Of the whole network, [parameter]. */
  readonly parameters: Float64Array
  /** Scratch space for the units that count, as long as a row. */
  readonly live: Int32Array
}

/**
 * Writes W h for every row h of `from`, [row][unit]; each sum runs over k ascending, from +0.
 *
 * Four rows at a time: their sums do not wait for each other and share each weight that is read. Inputs that are 0 in all four, as half are
 * behind a relu, are left out. No bit of a row depends on its neighbours: a finite weight times 0 adds nothing to a sum.
 *
 * The arrays are indexed directly here and not by `at`, which the compiler stops inlining in functions of this size; every index
 * is below `rows * stride` or inside the layer.
 */
export function multiplyRows(from: Float64Array, into: Float64Array, product: RowsProduct): void {
  const { rows, stride } = product
  const blocked = rows - (rows % 4)
  for (let row = 0; row < blocked; row += 4) multiplyFour(from, into, row * stride, product)
  for (let row = blocked; row < rows; row++) multiplyOne(from, into, row * stride, product)
}

function multiplyFour(from: Float64Array, into: Float64Array, a: number, product: RowsProduct): void {
  const { layer, live, parameters, stride } = product
  const { inputs, outputs, weights } = layer
  const b = a + stride
  const c = b + stride
  const d = c + stride
  const count = listLive(from, a, product)
  for (let j = 0; j < outputs; j++) {
    const row = weights + j * inputs
    let sumA = 0
    let sumB = 0
    let sumC = 0
    let sumD = 0
    for (let i = 0; i < count; i++) {
      const k = live[i] as number
      const weight = parameters[row + k] as number
      sumA += weight * (from[a + k] as number)
      sumB += weight * (from[b + k] as number)
      sumC += weight * (from[c + k] as number)
      sumD += weight * (from[d + k] as number)
    }
    into[a + j] = sumA
    into[b + j] = sumB
    into[c + j] = sumC
    into[d + j] = sumD
  }
}

/** Lists the inputs that are not 0 in all of four rows; returns their number. */
function listLive(from: Float64Array, a: number, { layer, live, stride }: RowsProduct): number {
  let count = 0
  for (let k = a; k < a + layer.inputs; k++) {
    if (from[k] === 0 && from[k + stride] === 0 && from[k + 2 * stride] === 0 && from[k + 3 * stride] === 0) continue
    live[count++] = k - a
  }
  return count
}

function multiplyOne(from: Float64Array, into: Float64Array, offset: number, { layer, parameters }: RowsProduct): void {
  const { inputs, outputs, weights } = layer
  for (let j = 0, w = weights; j < outputs; j++) {
    let sum = 0
    for (let k = 0; k < inputs; k++, w++) sum += (parameters[w] as number) * (from[offset + k] as number)
    into[offset + j] = sum
  }
}
