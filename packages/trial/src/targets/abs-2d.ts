import { UNIT_VARIANCE_DOMAIN } from './target.ts'
import type { Target } from './target.ts'

/** 2 / sqrt(3). */
const MEAN = 1.1547005383792515
/** 2 sqrt(3) (1 - sqrt(1/2)). */
const MEDIAN = 1.0146118723545765

/**
 * (|x1 + x2|, |x1 - x2|). On [-sqrt 3, sqrt 3]^2 both s = x1 + x2 and x1 - x2 are triangular on
 * [-2 sqrt 3, 2 sqrt 3], P(|s| <= t) = 1 - (1 - t / (2 sqrt 3))^2.
 * @source L. Lu, Y. Shin, Y. Su, G. E. Karniadakis, "Dying ReLU and initialization" (2020), arXiv:1903.06733
 */
export const abs2d: Target = {
  inputDim: 2,
  outputDim: 2,
  domain: UNIT_VARIANCE_DOMAIN,
  sampling: 'grid',
  mean: [MEAN, MEAN],
  medians: [
    [MEDIAN, MEDIAN],
    [MEDIAN, MEDIAN],
  ],
  evaluate: (point, into) => {
    const x1 = point[0] ?? NaN
    const x2 = point[1] ?? NaN
    into[0] = Math.abs(x1 + x2)
    into[1] = Math.abs(x1 - x2)
  },
}
