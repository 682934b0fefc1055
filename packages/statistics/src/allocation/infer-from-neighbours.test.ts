import { expect, test } from 'vitest'
import { createRandomStream, fillWords } from '../special/random-stream.ts'
import { inferFromNeighbours } from './infer-from-neighbours.ts'
import type { LevelVerdict } from './verdicts.ts'

const VERDICTS: readonly LevelVerdict[] = [
  { verdict: 'below', basis: 'interval' },
  { verdict: 'above', basis: 'interval' },
  { verdict: 'close', basis: 'interval' },
  ...Array.from({ length: 9 }, () => ({ verdict: 'undecided', basis: null }) as const),
]
const monotony = { x: 'increasing', y: 'decreasing' } as const

test('agrees with asking every pair of cells, on random maps with holes', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const words = new Int32Array(90)
    fillWords(words, createRandomStream(seed, 1, 2))
    const random = [...words].map((word) => word >>> 0)
    const places = Array.from({ length: 30 }, (_, k) => ({ x: random[k]! % 6, y: random[30 + k]! % 6 }))
    const own = places.map((_, k) => VERDICTS[random[60 + k]! % VERDICTS.length]!)
    const inferred = inferFromNeighbours(own, places, monotony)
    for (const [cell, { x, y }] of places.entries()) {
      const below = places.some((other, k) => own[k]!.verdict === 'below' && other.x >= x && other.y <= y)
      const above = places.some((other, k) => own[k]!.verdict === 'above' && other.x <= x && other.y >= y)
      const isOpen = own[cell]!.verdict === 'undecided' && below !== above
      expect(inferred[cell]!.verdict).toBe(isOpen ? (below ? 'below' : 'above') : own[cell]!.verdict)
    }
  }
})

test('says that a verdict is inferred', () => {
  const own = [VERDICTS[3]!, VERDICTS[0]!]
  expect(inferFromNeighbours(own, [{ x: 2, y: 4 }, { x: 3, y: 4 }], monotony)).toEqual([
    { verdict: 'below', basis: 'neighbours' },
    { verdict: 'below', basis: 'interval' },
  ])
})
