import { scalarTarget } from './target.ts'
import type { Target } from './target.ts'

export const DEFAULT_TEETH = 4
/** A grid of as many points as any training set may have shows two points of each tooth. */
export const MOST_TEETH = 32_768

/**
 * A triangle wave that rises from 0 to 1 and falls back `teeth` times on [0, 1], and so on beside it:
 * 1 - |2 (T x - floor(T x)) - 1|. With T = 2^(m-1) it is, on [0, 1], the m-fold composition of
 * g(x) = 2 relu(x) - 4 relu(x - 1/2): a network of width 2 and m hidden layers is equal to it, and a network of one hidden
 * layer needs 2^m - 1 units. Its values are uniform on [0, 1], so that mean and median are 1/2.
 * @source M. Telgarsky, "Representation benefits of deep feedforward networks" (2015), section 2, arXiv:1509.08101
 * @throws RangeError unless teeth is an integer from 1 to 32,768
 */
export function sawtooth(teeth: number): Target {
  if (!Number.isInteger(teeth) || teeth < 1 || teeth > MOST_TEETH) {
    throw new RangeError(`invalid teeth ${teeth}: expected an integer from 1 to ${MOST_TEETH}`)
  }
  const value = (x: number) => {
    const turns = teeth * x
    return 1 - Math.abs(2 * (turns - Math.floor(turns)) - 1)
  }
  return { ...scalarTarget(value, 0.5, [0.5, 0.5]), domain: [0, 1] }
}
