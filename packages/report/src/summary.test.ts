import { expect, test } from 'vitest'
import { sampleDocument } from './samples/documents.ts'
import { figureDigest, initsText, intervalMethodText, titleOf, trialsText } from './summary.ts'

test('the digest is the SHA-256 of one line a cell', () => {
  const document = sampleDocument('two cells', [
    { depth: 10, width: 2, bornDead: 880, died: 46 },
    { depth: 10, width: 3, trials: 0, inits: 1000 },
  ])
  // printf 'c1_10-2-{} 1000 d-10-2-{}-880-46\nc1_10-3-{} 0 -\n' | sha256sum | cut -c 1-12
  expect(figureDigest(document)).toBe('411c742c17a9')
})

test('the digest does not depend on the name or the time taken', () => {
  const cells = [{ depth: 10, width: 2, bornDead: 880 }]
  expect(figureDigest(sampleDocument('a', cells))).toBe(figureDigest(sampleDocument('b', cells)))
})

test('trials still to come and trials lost are told', () => {
  const whole = [{ depth: 2, width: 2, trials: 1000 }]
  expect(trialsText(sampleDocument('whole', whole))).toBe('1,000 trials')
  const partial = [...whole, { depth: 3, width: 2, trials: 700, gaps: 200, inits: 1000 }]
  expect(trialsText(sampleDocument('partial', partial))).toBe('1,700 of 2,000 trials counted, 200 lost')
})

test('cells that ask for different numbers of trials give a range', () => {
  const cells = [100, 1000].map((trials, index) => ({ depth: index + 2, width: 2, trials }))
  expect(initsText(sampleDocument('adaptive', cells))).toBe('100 to 1,000')
})

test('a sweep without a name goes by its id', () => {
  expect(titleOf(sampleDocument(' ', []))).toBe('s_01')
})

test('the interval is named with its level', () => {
  const document = sampleDocument('one', [{ depth: 2, width: 2 }])
  expect(intervalMethodText(document)).toBe('95% confidence sequence (valid however often one looks)')
})
