import { BLOCK_TRIALS, trialFlops } from '@collapsar/sweep'
import type { ChunkWork } from '@collapsar/sweep'
import { expect, it } from 'vitest'
import { trialSpec } from '../../../test/support/blocks.ts'
import { createHands } from './hands.ts'

const spec = trialSpec(1)
const work = (id: string, blocks: number): ChunkWork => ({
  chunk: { id, cell: 'c1', engine: 'cpu', firstBlock: 0, blocks },
  spec,
  sets: [],
})
/** At this speed a block takes one second. */
const speed = BLOCK_TRIALS * trialFlops(spec)

it('knows the time left to a chunk by its work, the speed and the clock', () => {
  let now = 0
  const hands = createHands(() => now)
  const hand = hands.take(work('a', 8))
  now = 3000
  hands.take(work('b', 2))
  expect(hands.ids()).toEqual(['a', 'b'])
  expect(hands.remainingSeconds({ id: 'a' }, speed)).toBeCloseTo(5, 9)
  expect(hands.remainingSeconds({ id: 'b' }, speed)).toBeCloseTo(2, 9)
  now = 60_000
  expect(hands.remainingSeconds({ id: 'b' }, speed)).toBe(0)
  expect(hands.remainingSeconds({ id: 'unknown' }, speed)).toBe(Infinity)
  hand.released()
  expect(hands.ids()).toEqual(['b'])
})

it('has nothing left of a chunk that is trained and only to be recorded', () => {
  const hands = createHands(() => 0)
  const hand = hands.take(work('a', 1e6))
  hand.trained()
  expect(hands.remainingSeconds({ id: 'a' }, speed)).toBe(0)
})

it('keeps a chunk that was delivered again when the first delivery lets go of it', () => {
  const hands = createHands(() => 0)
  const first = hands.take(work('a', 1))
  hands.take(work('a', 1))
  first.released()
  expect(hands.ids()).toEqual(['a'])
})
