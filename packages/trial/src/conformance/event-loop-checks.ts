import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { TrialBatch } from '../batch.ts'
import type { Engine } from '../engine.ts'
import { exampleSpec } from '../example-spec.ts'
import { trialBatch } from '../trial-batch.ts'
import type { Numerics } from '../trial.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { train } from './conformance-check.ts'

const LONGEST_BLOCK_MS = 50
const LONGEST_ABORT_MS = 1000

/** How long and how often the event loop is watched: on a busy machine a pause may not be the engine's. */
const WATCH_MS = 400
const WATCHES = 5

/** How an engine behaves towards the process it runs in. */
export function eventLoopChecks(engine: Engine, numerics: Numerics): ConformanceCheck[] {
  const checks = {
    'stops within a second of abort and trains again': checkAbort,
    'rejects at once when aborted beforehand': checkAborted,
    'never blocks the event loop for over 50 ms': checkBlocking,
    'reports progress in [0, 1], ascending': checkProgress,
    'trains two batches at once as it trains them apart': checkConcurrent,
  }
  return Object.entries(checks).map(([name, check]) => ({
    name: `${numerics}: ${name}`,
    run: () => check(engine, numerics),
  }))
}

/** More than any machine trains in the time of a test. */
function endless(numerics: Numerics): TrialBatch {
  const training = { steps: 1_000_000_000, stopAtDeath: false }
  return trialBatch(exampleSpec({ numerics, depth: 8, width: 8, training }), Array.from({ length: 64 }, (_, i) => i))
}

function short(numerics: Numerics, trial: number): TrialBatch {
  return trialBatch(exampleSpec({ numerics, width: 4, training: { steps: 40 } }), [trial, trial + 1])
}

async function checkAbort(engine: Engine, numerics: Numerics): Promise<void> {
  const abort = new AbortController()
  const reason = new Error('enough')
  const rejected = assert.rejects(engine.train(endless(numerics), abort.signal), reason)
  await setTimeout(100)
  const start = performance.now()
  abort.abort(reason)
  await rejected
  const elapsedMs = performance.now() - start
  assert.ok(elapsedMs <= LONGEST_ABORT_MS, `stopped after ${elapsedMs} ms`)
  await train(engine, short(numerics, 0))
}

async function checkAborted(engine: Engine, numerics: Numerics): Promise<void> {
  const reason = new Error('before the start')
  await assert.rejects(engine.train(endless(numerics), AbortSignal.abort(reason)), reason)
}

/** A pause that the engine causes comes back in every watch; the least of their longest ones is the engine's. */
async function checkBlocking(engine: Engine, numerics: Numerics): Promise<void> {
  const abort = new AbortController()
  const stopped = assert.rejects(engine.train(endless(numerics), abort.signal))
  const longest: number[] = []
  try {
    while (longest.length < WATCHES && Math.min(...longest) > LONGEST_BLOCK_MS) {
      longest.push(await longestPause(WATCH_MS))
    }
  } finally {
    abort.abort()
    await stopped
  }
  assert.ok(Math.min(...longest) <= LONGEST_BLOCK_MS, `blocked for ${longest.join(', ')} ms`)
}

/** Longest time between two turns of a timer of 1 ms. */
async function longestPause(watchMs: number): Promise<number> {
  const start = performance.now()
  let longest = 0
  for (let last = start; last - start < watchMs; ) {
    await setTimeout(1)
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  return longest
}

async function checkProgress(engine: Engine, numerics: Numerics): Promise<void> {
  const abort = new AbortController()
  const fractions: number[] = []
  const batch = { ...endless(numerics), training: { ...endless(numerics).training, steps: 20_000 } }
  const training = engine.train(batch, abort.signal, (fraction) => {
    fractions.push(fraction)
    if (fractions.length >= 3) abort.abort()
  })
  await training.catch((error: unknown) => assert.ok(abort.signal.aborted, String(error)))
  assert.ok(fractions.every((fraction) => fraction >= 0 && fraction <= 1), fractions.join())
  assert.deepEqual(fractions, fractions.toSorted((a, b) => a - b))
}

async function checkConcurrent(engine: Engine, numerics: Numerics): Promise<void> {
  const batches = [short(numerics, 0), short(numerics, 7)]
  const together = await Promise.all(batches.map((batch) => train(engine, batch)))
  for (const [i, batch] of batches.entries()) assert.deepEqual(await train(engine, batch), together[i])
}
