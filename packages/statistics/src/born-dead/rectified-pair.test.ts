import { expect, test } from 'vitest'
import { createPolarTables } from './polar-tables.ts'
import { createRandomStream } from '../special/random-stream.ts'
import { drawCosine } from './rectified-pair.ts'
import type { Randomness } from './rectified-pair.ts'

const tables = createPolarTables()

function randomness(width: number, seed: number): Randomness {
  return { stream: createRandomStream(seed, width, 0), tables, words: new Int32Array(2 * width) }
}

test('draws the arc-cosine kernel in the limit of width', () => {
  // Cho and Saul, NIPS 2009, kernel of degree 1. The spread at width N is below 2 / sqrt(N), and five of it are allowed: false alarm 6e-7.
  const width = 200_000
  for (const cosine of [0, 0.3, 0.9, 0.999]) {
    const kernel = (Math.sqrt(1 - cosine ** 2) + cosine * (Math.PI - Math.acos(cosine))) / Math.PI
    expect(Math.abs(drawCosine(width, cosine, randomness(width, 1)) - kernel)).toBeLessThan(10 / Math.sqrt(width))
  }
})

test('leaves two rays of two units orthogonal as often as the signs say', () => {
  // From orthogonal rays a unit is on both, on either, on neither with 1/4 each. Alive and not parallel: 7 of 16 cases;
  // orthogonal, each unit on another ray: 2 of these. Four standard errors raise a false alarm in 6e-5 of all seeds.
  const draws = 20_000
  const source = randomness(2, 5)
  const orthogonal = Array.from({ length: draws }, () => drawCosine(2, 0, source)).filter((c) => c === 0).length
  expect(Math.abs(orthogonal / draws - 2 / 7)).toBeLessThan(4 * Math.sqrt((2 / 7) * (5 / 7) / draws))
})

test('stays in (0, 1] and comes to an end when the rays have merged', () => {
  const source = randomness(2, 9)
  for (let draw = 0; draw < 1_000; draw += 1) {
    const cosine = drawCosine(2, 1, source)
    expect(cosine).toBeGreaterThan(1 - 1e-12)
    expect(cosine).toBeLessThanOrEqual(1)
  }
})
