import { checkCount, checkOpenUnit } from '../counts.ts'
import { oneRayBornDead } from './one-ray.ts'

/**
 * The least width at which the upper bound guarantees P(born dead) <= level at this depth: the least N with
 * 1 - (1 - 2^-N)^(L-1) <= level, just below log2((L - 1) / level). Holds wherever the bound does, that is for ReLU units
 * and independent weights and biases with laws symmetric about 0 (or zero biases), for any inputs. Sufficient, not
 * necessary; about initialization, not about collapse in training.
 *
 * @throws RangeError unless depth is an integer of at least 1 and 0 < level < 1.
 * @source Lu, Shin, Su and Karniadakis (2020), arXiv:1903.06733: N of the order of log2(L / level)
 */
export function sufficientWidth(depth: number, level: number): number {
  checkCount('depth', depth, 1)
  checkOpenUnit('level', level)
  let width = Math.max(1, Math.ceil(Math.log2(Math.max(1, depth - 1) / level)))
  while (width > 1 && oneRayBornDead({ depth, width: width - 1 }) <= level) width -= 1
  return width
}
