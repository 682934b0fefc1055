import { exponential, RADIANS_PER_STEP } from './polar-tables.ts'
import type { PolarTables } from './polar-tables.ts'
import { fillWords } from '../special/random-stream.ts'
import type { RandomStream } from '../special/random-stream.ts'

/** A draw succeeds with probability at least 1/4: so many failures in a row have probability below 1e-1249. */
const MOST_DRAWS = 10_000

/** Where the numbers come from. */
export interface Randomness {
  readonly stream: RandomStream
  readonly tables: PolarTables
  /** Scratch for one layer's random words, two for each unit. */
  readonly words: Int32Array
}

/**
 * One hidden layer: the cosine between the images of two rays whose cosine was `cosine`, for `width` units with
 * Gaussian weights, drawn given that both images are alive and not parallel. Needs width >= 2.
 *
 * Images are parallel exactly if one unit is active on both rays and every other on neither. That is decided from the
 * signs, so an angle too small for the arithmetic is not taken for it. (An angle below 1e-8 is lost to rounding; by
 * then it changes no probability by more than that.)
 */
export function drawCosine(width: number, cosine: number, randomness: Randomness): number {
  for (let draw = 0; draw < MOST_DRAWS; draw += 1) {
    const next = drawLayer(width, cosine, randomness)
    if (next !== null) return next
  }
  throw new Error(`no live pair of rays in ${MOST_DRAWS} draws at width ${width}, cosine ${cosine}`)
}

/**
 * The next cosine, or null if a ray died or the two became parallel. A unit's two pre-activations are the projections
 * of one isotropic plane vector on directions `cosine` apart: r (x, z), with r^2 / 2 exponential. Without branches on
 * signs, which no processor can predict: t + |t| is twice the rectified t.
 */
function drawLayer(width: number, cosine: number, { stream, tables, words }: Randomness): number | null {
  fillWords(words, stream)
  const { cosine: middleCosine, sine: middleSine } = tables
  const across = Math.sqrt((1 - cosine) * (1 + cosine))
  let first = 0
  let second = 0
  let product = 0
  let active = 0
  for (let unit = 0; unit < width; unit += 1) {
    const word = words[2 * unit] ?? 0
    const sector = word >>> 21
    const turn = ((word & 0x1fffff) - 1048575.5) * RADIANS_PER_STEP
    const along = 1 - 0.5 * turn * turn
    const middleX = middleCosine[sector] ?? 0
    const middleY = middleSine[sector] ?? 0
    const x = middleX * along - middleY * turn
    const z = cosine * x + across * (middleY * along + middleX * turn)
    const onFirst = x + Math.abs(x)
    const onSecond = z + Math.abs(z)
    active += Number(onFirst + onSecond > 0)
    const square = exponential(words[2 * unit + 1] ?? 0, tables)
    first += square * onFirst * onFirst
    second += square * onSecond * onSecond
    product += square * onFirst * onSecond
  }
  if (first === 0 || second === 0 || active === 1) return null
  return Math.min(1, product / Math.sqrt(first * second))
}
