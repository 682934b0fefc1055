/** A probability and its complement, each to full relative accuracy: near 1, `p` alone cannot carry `q`. */
export interface Split {
  readonly p: number
  readonly q: number
}

export function split(p: number): Split {
  return { p, q: 1 - p }
}

/** k - n p without the rounding of the product, which at n = 1e9 would cost the tails five digits. */
export function deviation(k: number, n: number, at: Split): number {
  if (at.p > at.q) return -deviation(n - k, n, { p: at.q, q: at.p })
  const mean = n * at.p
  return k - mean - productError(n, at.p, mean)
}

/**
 * n times the Kullback-Leibler divergence of p from k/n: k ln(k / (n p)) + (n - k) ln((n - k) / (n q)) >= 0.
 * k need not be an integer. 0 ln 0 = 0; infinite where p excludes what was seen.
 * Source: Loader (2000), with both parts taken from one exactly computed deviation.
 */
export function binomialDeviance(k: number, n: number, at: Split): number {
  const d = deviation(k, n, at)
  return deviancePart(k, n * at.p, d) + deviancePart(n - k, n * at.q, -d)
}

/** x ln(x / mean) + mean - x, given difference = x - mean. */
function deviancePart(x: number, mean: number, difference: number): number {
  if (x === 0) return mean
  if (mean === 0) return Infinity
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - difference
  // ln(x / mean) = 2 artanh(v): the leading terms cancel on paper.
  const v = difference / (x + mean)
  let sum = difference * v
  let power = 2 * x * v
  for (let j = 3; j < 40; j += 2) {
    power *= v * v
    sum += power / j
  }
  return sum
}

const SPLITTER = 2 ** 27 + 1

/** a b - fl(a b), exactly (Dekker 1971), for |a|, |b| < 2^996. */
function productError(a: number, b: number, product: number): number {
  const aHigh = highHalf(a)
  const bHigh = highHalf(b)
  const aLow = a - aHigh
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

function highHalf(a: number): number {
  const scaled = SPLITTER * a
  return scaled - (scaled - a)
}
