import { scalarTarget } from './target.ts'

/** x^2. On [-sqrt 3, sqrt 3] its mean, 1, and its median, (sqrt(3) / 2)^2 = 3/4, are far apart. */
export const square = scalarTarget((x) => x * x, 1, [0.75, 0.75])
