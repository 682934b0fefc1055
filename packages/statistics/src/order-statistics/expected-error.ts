import type { Ranking } from './ranking.ts'

/** Ranks that the best of K is beyond with less probability than this have no part in any digit. */
const NEGLIGIBLE = 1e-18

/** Expected error of the best of each number K of trials drawn without replacement, [K]. */
export function expectedErrors(ranking: Ranking, starts: readonly number[]): number[] {
  return starts.map((count) => expectedError(ranking, survival(ranking.errors.length, count), null))
}

/**
 * Probability that the best of K of n trials, drawn without replacement, ranks behind the first r, [r]: C(n - r, K) /
 * C(n, K), by the factor (n - r - K + 1) / (n - r + 1) from rank to rank. Ends where it no longer counts: it falls at
 * least as fast as (1 - K / n)^r.
 */
export function survival(trials: number, starts: number): Float64Array {
  const behind = [1]
  let probability = 1
  for (let rank = 1; rank <= trials && probability > NEGLIGIBLE; rank += 1) {
    probability *= Math.max(0, trials - rank - starts + 1) / (trials - rank + 1)
    behind.push(probability > NEGLIGIBLE ? probability : 0)
  }
  return Float64Array.from(behind)
}

/**
 * sum_i e_(i) C(n - i, K - 1) / C(n, K), the mean of the best one's error over all choices of K of n trials. Among equal
 * losses each trial is as likely chosen.
 *
 * @param behind `survival` of n and K
 * @param multiplicity how often each ranked trial occurs, n in all; null: once each
 */
export function expectedError(
  { errors, ends }: Ranking,
  behind: Float64Array,
  multiplicity: Uint32Array | null,
): number {
  let rank = 0
  let position = 0
  let expected = 0
  for (const end of ends) {
    let drawn = 0
    let sum = 0
    for (; position < end; position += 1) {
      const times = multiplicity === null ? 1 : (multiplicity[position] ?? 0)
      drawn += times
      sum += times * (errors[position] ?? 0)
    }
    if (drawn === 0) continue
    const share = (behind[rank] ?? 0) - (behind[rank + drawn] ?? 0)
    expected += (share * sum) / drawn
    rank += drawn
    if (rank >= behind.length - 1) break
  }
  return expected
}
