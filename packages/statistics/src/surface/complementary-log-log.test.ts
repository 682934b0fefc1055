import { expect, test } from 'vitest'
import { fitComplementaryLogLog, predictor, probabilityOf } from './complementary-log-log.ts'
import type { BinomialFit } from './complementary-log-log.ts'
import { quadraticForm } from './cholesky.ts'

const LINE = [-1, -0.5, 0, 0.5, 1]

type Numbers = readonly number[]

function fit(terms: readonly Numbers[], successes: Numbers, trials: Numbers): BinomialFit {
  const found = fitComplementaryLogLog({ design: terms.map((row) => Float64Array.from(row)), successes, trials })
  expect(found).not.toBeNull()
  return found!
}

function standardErrors({ information }: BinomialFit): number[] {
  const terms = Array.from({ length: information.size }, (_, term) => term)
  const unit = (term: number): Float64Array => Float64Array.from(terms, (k) => (k === term ? 1 : 0))
  return terms.map((term) => Math.sqrt(quadraticForm(information, unit(term))))
}

// Penalized likelihood with numpy's slogdet, maximized without derivatives by scipy 1.17 (Nelder-Mead, twice).
test('agrees with another maximizer on a curve through five counts', () => {
  const found = fit(LINE.map((u) => [1, u, u * u]), [3, 5, 9, 20, 31], [40, 40, 40, 40, 40])
  const errors = standardErrors(found)
  const expected = [[-1.23524857, 0.21052374], [1.48169803, 0.25733621], [0.18011447, 0.35656784]]
  for (const [term, [value, error]] of expected.entries()) {
    expect(found.coefficients[term]).toBeCloseTo(value!, 6)
    expect(errors[term]).toBeCloseTo(error!, 6)
  }
})

test('agrees with it where the likelihood alone has no maximum', () => {
  const none = fit(LINE.map((u) => [1, u]), [0, 0, 0, 0, 0], [40, 40, 40, 40, 40])
  expect(none.coefficients[0]).toBeCloseTo(-5.30081633, 6)
  expect(none.coefficients[1]).toBeCloseTo(0, 6)
  expect(standardErrors(none)[1]).toBeCloseTo(1.4177491, 5)
  const separated = fit(LINE.map((u) => [1, u]), [0, 0, 0, 40, 40], [40, 40, 40, 40, 40])
  expect(separated.coefficients[0]).toBeCloseTo(-4.38270963, 5)
  expect(separated.coefficients[1]).toBeCloseTo(11.94350124, 5)
})

test('adds about half a success to a cell without any', () => {
  // As mu -> 0 the objective is -n mu + ln(mu) / 2, with its maximum at mu = 1 / (2 n).
  const { coefficients } = fit([[1]], [0], [1_000_000])
  expect(probabilityOf(coefficients[0]!) * 1_000_000).toBeCloseTo(0.5, 5)
})

test('does not depend on the choice of terms for the same curves', () => {
  const [successes, trials] = [[0, 1, 0, 9, 31], [40, 30, 20, 30, 40]]
  const direct = LINE.map((u) => [1, u, u * u])
  const mixed = LINE.map((u) => [1, 100 * u + 3, 7 * u * u - 2 * u])
  const [a, b] = [fit(direct, successes, trials), fit(mixed, successes, trials)]
  for (const index of LINE.keys()) {
    const eta = predictor(a.coefficients, Float64Array.from(direct[index]!))
    expect(predictor(b.coefficients, Float64Array.from(mixed[index]!))).toBeCloseTo(eta, 6)
  }
})

test('has no fit without trials or with dependent terms', () => {
  expect(fitComplementaryLogLog({ design: [Float64Array.of(1)], successes: [0], trials: [0] })).toBeNull()
  const dependent = [Float64Array.of(1, 2), Float64Array.of(1, 2)]
  expect(fitComplementaryLogLog({ design: dependent, successes: [1, 2], trials: [9, 9] })).toBeNull()
})
