import { confidenceSequence, intervalWithGaps } from '@collapsar/statistics'
import { describe, expect, it } from 'vitest'
import { createCounts, createUniform, expectAtMost, percent, repetitions, report } from './calibration.ts'

const BLOCK = 100
const BLOCKS = 60
const WORKERS = 8
/** Time units a trial takes: one that collapses is trained ten times faster. */
const COLLAPSED_TIME = 1
const ALIVE_TIME = 10
const REPETITIONS = repetitions(2_000, 20_000)

interface Block {
  readonly collapsed: number
  readonly start: number
  /** When it is recorded, or given up. */
  readonly end: number
  readonly lost: boolean
}

/** Blocks handed out in order to whichever worker is free first; a block takes as long as its trials. */
function train(draw: () => number, loses: (collapsed: number) => boolean): Block[] {
  const free = Array<number>(WORKERS).fill(0)
  return Array.from({ length: BLOCKS }, () => {
    const worker = free.indexOf(Math.min(...free))
    const start = free[worker]!
    const collapsed = draw()
    const end = start + collapsed * COLLAPSED_TIME + (BLOCK - collapsed) * ALIVE_TIME
    free[worker] = end
    return { collapsed, start, end, lost: loses(collapsed) }
  })
}

/** What is counted at a time: the contiguous prefix of settled blocks, which steps over terminal gaps. */
function prefixAt(blocks: readonly Block[], time: number): { k: number; n: number; gaps: number } {
  const open = blocks.findIndex(({ end }) => end > time)
  const prefix = open === -1 ? blocks : blocks.slice(0, open)
  const kept = prefix.filter(({ lost }) => !lost)
  return {
    k: kept.reduce((sum, { collapsed }) => sum + collapsed, 0),
    n: kept.length * BLOCK,
    gaps: (prefix.length - kept.length) * BLOCK,
  }
}

/** What would be counted if every finished trial were: in a block under way, the collapsed ones come first. */
function finishedAt(blocks: readonly Block[], time: number): { k: number; n: number } {
  const done = blocks.filter(({ end }) => end <= time)
  const early = blocks.filter(({ start, end }) => end > time && time >= start + (end - start) * (COLLAPSED_TIME / ALIVE_TIME))
  const k = [...done, ...early].reduce((sum, { collapsed }) => sum + collapsed, 0)
  return { k, n: k + done.reduce((sum, { collapsed }) => sum + BLOCK - collapsed, 0) }
}

describe('S3: with collapsed trials ten times faster', () => {
  it.each([0.05, 0.5])('the interval of the prefix misses %d in at most 5% of moments', (p) => {
    const uniform = createUniform(301)
    const draw = createCounts(BLOCK, p, uniform)
    const events = { prefix: 0, finished: 0 }
    for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
      const blocks = train(draw, () => false)
      const time = uniform() * blocks.at(-1)!.end
      const { k, n } = prefixAt(blocks, time)
      if (isMissed(confidenceSequence(k, n), p)) events.prefix += 1
      const finished = finishedAt(blocks, time)
      if (isMissed(confidenceSequence(finished.k, finished.n), p)) events.finished += 1
    }
    const what = `the prefix misses p = ${p} at a random moment`
    expectAtMost({ id: 'S3', what, events: events.prefix, repetitions: REPETITIONS, allowed: 0.05 })
    report('S3', `for comparison: whatever has finished misses p = ${p}`, percent(events.finished / REPETITIONS))
    // The check can fail: counting whatever has finished makes collapse look more likely than it is.
    expect(events.finished / REPETITIONS).toBeGreaterThan(0.2)
  })

  it.each([0.05, 0.5])('the interval of the prefix, its gaps in the worst case, misses %d no more often', (p) => {
    const uniform = createUniform(302)
    const draw = createCounts(BLOCK, p, uniform)
    // A third of the blocks with fewer collapsed trials than expected is lost: missing for a reason that matters.
    const loses = (collapsed: number): boolean => collapsed < p * BLOCK && uniform() < 1 / 3
    let events = 0
    for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
      const blocks = train(draw, loses)
      const { k, n, gaps } = prefixAt(blocks, uniform() * blocks.at(-1)!.end)
      if (isMissed(intervalWithGaps('confidence-sequence', k, n, gaps), p)) events += 1
    }
    const what = `the prefix with gaps misses p = ${p} at a random moment`
    expectAtMost({ id: 'S3', what, events, repetitions: REPETITIONS, allowed: 0.05 })
  })
})

function isMissed({ low, high }: { readonly low: number; readonly high: number }, p: number): boolean {
  return p < low || p > high
}
