import { cosKernel, HALF_PI, log, sinKernel } from './elementary.ts'
import { fillWords, uniformOfWords } from './uniform.ts'
import type { TensorStream } from './uniform.ts'

/** cos(k pi/2), [k]. */
const QUARTER_COS = Float64Array.of(1, 0, -1, 0)
const BLOCKS = 256
const words = new Uint32Array(4 * BLOCKS)

/**
 * Writes standard normal numbers 0 .. count-1 of a stream, [element] (NUMERICS.md, 1).
 * @source G. E. P. Box, M. E. Muller, "A note on the generation of random normal deviates" (1958),
 *   doi:10.1214/aoms/1177706645
 */
export function fillNormals(into: Float64Array, count: number, stream: TensorStream): void {
  for (let start = 0; start < count; start += 2 * BLOCKS) {
    const length = Math.min(count - start, 2 * BLOCKS)
    fillWords(words, (length + 1) >> 1, start / 2, stream)
    transform(into, start, length)
  }
}

/**
 * Turns the first words of the buffer, two uniforms per pair, into `length` normals. Sine and cosine are those of
 * `sinTurns` and `cosTurns`, computed together, and turned by quarters without a branch that half of the draws would
 * mispredict.
 */
function transform(into: Float64Array, start: number, length: number): void {
  for (let i = 0, w = 0; i < length; i += 2, w += 4) {
    const radius = Math.sqrt(-2 * log(uniformOfWords(words[w] as number, words[w + 1] as number)))
    const quarters = 4 * uniformOfWords(words[w + 2] as number, words[w + 3] as number)
    const nearest = Math.floor(quarters + 0.5)
    const x = (quarters - nearest) * HALF_PI
    const s = sinKernel(x, 0)
    const c = cosKernel(x, 0)
    const turnCos = QUARTER_COS[nearest & 3] as number
    const turnSin = QUARTER_COS[(nearest + 3) & 3] as number
    into[start + i] = radius * (turnCos * c - turnSin * s)
    if (i + 1 < length) into[start + i + 1] = radius * (turnCos * s + turnSin * c)
  }
}
