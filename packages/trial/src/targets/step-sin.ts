import { sin } from '../random/elementary.ts'
import { scalarTarget } from './target.ts'

/**
 * 1 (x > 0) + 0.2 sin(5 x): a jump at 0, where the value is that of the left side. On [-sqrt 3, sqrt 3] the sine is
 * odd, so the mean is 1/2; the left half takes values up to 0.2, the right half from 0.8 on, so every number in
 * [0.2, 0.8] is a median.
 * @source L. Lu, Y. Shin, Y. Su, G. E. Karniadakis, "Dying ReLU and initialization" (2020), arXiv:1903.06733
 */
export const stepSin = scalarTarget((x) => (x > 0 ? 1 : 0) + 0.2 * sin(5 * x), 0.5, [0.2, 0.8])
