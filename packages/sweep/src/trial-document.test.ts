import type { TrialRecord } from '@collapsar/trial'
import { expect, it } from 'vitest'
import { recordDigest } from './record-digest.ts'
import { documentedRecord, trialDocument } from './trial-document.ts'

/** As in the store: losses and values are float32. */
const died: TrialRecord = { outcome: 'died_in_training', deadLayer: 2, deathCheck: 9, loss: Math.fround(0.1), value: Math.fround(-1e-7), pieces: 1, checksum: 0xdeadbeef }
const diverged: TrialRecord = { outcome: 'diverged', deadLayer: 0, deathCheck: 0, loss: Number.NaN, value: Number.NaN, pieces: 0, checksum: 7 }

it.each([died, diverged])('is read back from JSON to the bit: $outcome', (record) => {
  const told = JSON.parse(JSON.stringify(trialDocument(3, record))) as ReturnType<typeof trialDocument>
  expect(documentedRecord(told)).toEqual(record)
  expect(recordDigest(documentedRecord(told))).toBe(recordDigest(record))
})

it('tells the steps between which a trial died: checks are 32 steps apart', () => {
  expect(trialDocument(0, died).death).toEqual({ aliveStep: 256, deadStep: 288 })
})
