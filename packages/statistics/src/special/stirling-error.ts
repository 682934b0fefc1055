/** From here on the series below is exact to the last bit. */
const SERIES_FROM = 16

/**
 * What Stirling's formula leaves out: delta(a) = ln Gamma(a) - ((a - 1/2) ln a - a + ln(2 pi) / 2), for a > 0.
 *
 * Every ratio of gamma functions in this package is written with delta, so that the large terms cancel on paper
 * instead of in floating point: ln Gamma(1e9) is 2e10, delta(1e9) is 8e-11. Absolute error below 1e-15.
 * Source: Loader, Fast and accurate computation of binomial probabilities (2000); series DLMF 5.11.1.
 */
export function stirlingError(a: number): number {
  let steps = 0
  let shifted = a
  // delta(a) - delta(a + 1) = (a + 1/2) ln(1 + 1/a) - 1, from Gamma(a + 1) = a Gamma(a).
  for (; shifted < SERIES_FROM; shifted += 1) steps += (shifted + 0.5) * Math.log1p(1 / shifted) - 1
  return steps + stirlingSeries(shifted)
}

function stirlingSeries(a: number): number {
  const r = 1 / (a * a)
  const tail = 1 / 1680 - r * (1 / 1188 - r * (691 / 360360 - r / 156))
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * tail))) / a
}
