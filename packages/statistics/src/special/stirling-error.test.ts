import { expect, test } from 'vitest'
import { stirlingError } from './stirling-error.ts'

// mpmath 1.3, 40 digits: loggamma(a) - ((a - 1/2) log a - a + log(2 pi) / 2).
test.each([
  [0.5, 0.153426409720027345],
  [1, 0.0810614667953272582],
  [3.5, 0.023746163656297496],
  [15.5, 0.00537559903292683449],
  [16, 0.00520765591960964044],
  [100.5, 8.29184659904648663e-4],
  [1e9, 8.33333333333333333e-11],
])('leaves out of ln Gamma(%d) what Stirling does', (a, expected) => {
  expect(Math.abs(stirlingError(a) - expected)).toBeLessThan(1e-15)
})

test('keeps its relative accuracy where it is small', () => {
  expect(Math.abs(stirlingError(1e9) / 8.33333333333333333e-11 - 1)).toBeLessThan(1e-15)
})
