import { scalarTarget } from './target.ts'

const HALF_SQRT_3 = 0.8660254037844386

/**
 * |x|: a network with one hidden layer of two units represents it exactly. On [-sqrt 3, sqrt 3] |x| is uniform on
 * [0, sqrt 3], so that mean and median are both sqrt(3) / 2.
 * @source L. Lu, Y. Su, G. E. Karniadakis, "Collapse of deep and narrow neural nets" (2018), arXiv:1808.04947
 */
export const abs = scalarTarget(Math.abs, HALF_SQRT_3, [HALF_SQRT_3, HALF_SQRT_3])
