import { sin } from '../random/elementary.ts'
import { scalarTarget } from './target.ts'

/** sin(5 s) / 25 / s - cos(5 s) / 5 with s = sqrt(3). */
const MEAN = 0.160327919162768
/** Root of P(x sin 5x <= c) = 1/2 under the uniform law, solved to 20 digits from the roots of x sin 5x = c. */
const MEDIAN = 0.1304870064576952

/**
 * x sin(5 x), on [-sqrt 3, sqrt 3].
 * @source L. Lu, Y. Shin, Y. Su, G. E. Karniadakis, "Dying ReLU and initialization" (2020), arXiv:1903.06733
 */
export const xSin5x = scalarTarget((x) => x * sin(5 * x), MEAN, [MEDIAN, MEDIAN])
