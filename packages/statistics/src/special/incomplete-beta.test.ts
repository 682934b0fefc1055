import { expect, test } from 'vitest'
import { split } from './deviance.ts'
import { logRegularizedBeta, regularizedBeta } from './incomplete-beta.ts'

// ln I_p(a, b) in 45-digit arithmetic (mpmath 1.3); p is the binary64 number.
const LOGARITHMS: readonly (readonly [number, number, number, number])[] = [
  [0.5, 0.5, 4.656612873077393e-10, -11.195364003890997],
  [0.5, 0.5, 0.5, -0.69314718055994529],
  [0.5, 0.5, 0.998046875, -0.028547686564135328],
  [3.5, 7.5, 2.96329910104925e-10, -71.672105259878535],
  [3.5, 7.5, 0.30473618231113725, -0.70496438145892559],
  [3.5, 7.5, 0.3316274540524991, -0.56496168478955444],
  [0.5, 1000.5, 4.651960912165227e-13, -10.623373811370644],
  [0.5, 1000.5, 0.00042891335550302963, -0.43732088031246363],
  [0.5, 1000.5, 0.0061464720192980875, -0.00044488998522153696],
  [500.5, 500.5, 0.02613198229507746, -1147.8526237908843],
  [500.5, 500.5, 0.3736351952786873, -36.046913149421194],
  [500.5, 500.5, 0.5, -0.69314718055994529],
  [500.5, 500.5, 0.5315912011803282, -0.022985213339365956],
  [10000.5, 990000.5, 0.007015458281332953, -569.1351855364594],
  [10000.5, 990000.5, 0.009801487884964865, -3.8069541535296838],
  [10000.5, 990000.5, 0.01000048999951, -0.69053111751644725],
  [500000000.5, 500000000.5, 0.4995256583514491, -454.32144600523594],
  [500000000.5, 500000000.5, 0.49987350889371973, -35.01343815073416],
  [500000000.5, 500000000.5, 0.4999984188611715, -0.77615459266437092],
  [500000000.5, 500000000.5, 0.5000015811388285, -0.61650501016862269],
  [10.5, 999999990.5, 9.778887023683638e-18, -209.94392222203706],
  [10.5, 999999990.5, 4.101562495898438e-11, -49.864367200696059],
  [10.5, 999999990.5, 1.04999999895e-08, -0.6142328807466797],
  [10.5, 999999990.5, 3.642296260815144e-08, -1.2204454170465482e-7],
  [1000000000.5, 0.5, 0.9999999782867965, -23.846360724456535],
  [1000000000.5, 0.5, 0.9999999995, -1.1478745279257307],
  [1000000000.5, 0.5, 0.9999999999980469, -0.051119704079058755],
]

test.each(LOGARITHMS)('gives ln I for a = %d, b = %d, p = %d', (a, b, p, expected) => {
  const { log } = logRegularizedBeta(split(p), { a, b })
  expect(Math.abs(log - expected)).toBeLessThan(2e-14 * Math.max(1, Math.abs(expected)))
})

test.each(LOGARITHMS)('adds up to one with its mirror image for a = %d, b = %d, p = %d', (a, b, p) => {
  const { p: low, q: high } = split(p)
  const sum = regularizedBeta({ p: low, q: high }, { a, b }) + regularizedBeta({ p: high, q: low }, { a: b, b: a })
  expect(Math.abs(sum - 1)).toBeLessThan(1e-14)
})

test('does not underflow in the far tail', () => {
  // With b = 1 the law is p^a.
  const { log, slope } = logRegularizedBeta(split(0.01), { a: 1_000, b: 1 })
  expect(log).toBeCloseTo(1_000 * Math.log(0.01), 9)
  expect(slope).toBeCloseTo(1_000 * 0.99, 9)
})

test('has the slope of its own difference quotient, on both sides of the mean', () => {
  for (const p of [0.2, 0.45]) {
    const [w, h] = [Math.log(p / (1 - p)), 1e-5]
    const at = (logOdds: number): number =>
      logRegularizedBeta(split(1 / (1 + Math.exp(-logOdds))), { a: 3.5, b: 7.5 }).log
    const { slope } = logRegularizedBeta(split(p), { a: 3.5, b: 7.5 })
    expect(slope).toBeCloseTo((at(w + h) - at(w - h)) / (2 * h), 8)
  }
})
