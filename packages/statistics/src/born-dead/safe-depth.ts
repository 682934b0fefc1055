import { checkCount, checkOpenUnit } from '../counts.ts'
import { oneRayBornDead } from './one-ray.ts'

/**
 * The greatest depth at which the upper bound guarantees P(born dead) <= level for a ReLU network of this width:
 * 1 + floor(ln(1 - level) / ln(1 - 2^-N)). Depth 1 has no hidden layer. Holds wherever the upper bound does.
 *
 * @throws RangeError unless width is an integer of at least 1 and 0 < level < 1.
 */
export function guaranteedSafeDepth(width: number, level: number): number {
  checkCount('width', width, 1)
  checkOpenUnit('level', level)
  const depth = 1 + Math.floor(Math.log1p(-level) / Math.log1p(-(2 ** -width)))
  // The quotient may round across an integer.
  return oneRayBornDead({ depth: depth + 1, width }) <= level ? depth + 1 : depth
}
