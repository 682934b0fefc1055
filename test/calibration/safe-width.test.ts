import { clopperPearson, probabilityOfEver, safeWidth } from '@collapsar/statistics'
import { describe, expect, it } from 'vitest'
import { createCounts, createUniform, expectAtMost, percent, repetitions, report } from './calibration.ts'

const LEVEL = 0.01
const EVERY = 400
const LOOKS = 12
const SWEEPS = repetitions(200, 2_000)

/** Probability of collapse by width, wide to narrow. Level itself where the sequence should end: hardest to tell. */
const SETTINGS = [
  { name: 'falling to the level itself', widths: [10, 8, 6, 5, 4], collapse: [0.0005, 0.001, 0.002, 0.01, 0.05] },
  { name: 'at the level from the widest on', widths: [8, 6, 4], collapse: [0.01, 0.01, 0.01] },
  { name: 'unsafe between safe widths', widths: [12, 9, 7, 5], collapse: [0.001, 0.012, 0.001, 0.001] },
]

/** Answers after every 400 trials of each width, until the sweep ends. */
function* answers(collapse: readonly number[], widths: readonly number[], uniform: () => number) {
  const draws = collapse.map((p) => createCounts(EVERY, p, uniform))
  const successes = collapse.map(() => 0)
  for (let look = 1; look <= LOOKS; look += 1) {
    for (const [index, draw] of draws.entries()) successes[index]! += draw()
    yield widths.map((width, index) => ({ width, successes: successes[index]!, trials: look * EVERY }))
  }
}

/** Smallest width that a two-sided 95% interval for one look has below the level, from wide to narrow. */
function naively(cells: readonly { readonly width: number; readonly successes: number; readonly trials: number }[]): number | null {
  const first = cells.findIndex(({ successes, trials }) => clopperPearson(successes, trials, 0.9).high >= LEVEL)
  return cells[(first === -1 ? cells.length : first) - 1]?.width ?? null
}

function isFalselySafe(successes: number, trials: number): boolean {
  return safeWidth([{ width: 1, successes, trials }], { below: LEVEL }).width !== null
}

describe('S4: the smallest safe width, asked after every 400 trials', () => {
  it.each(SETTINGS)('is wrong in at most 5% of sweeps, $name', ({ name, widths, collapse }) => {
    const uniform = createUniform(401)
    const isWrong = (width: number | null): boolean =>
      width !== null && collapse.slice(0, widths.indexOf(width) + 1).some((p) => p >= LEVEL)
    const events = { anytime: 0, naive: 0, found: 0 }
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      const seen = { wrong: false, naiveWrong: false, found: false }
      for (const cells of answers(collapse, widths, uniform)) {
        const { width } = safeWidth(cells, { below: LEVEL })
        seen.wrong ||= isWrong(width)
        seen.found ||= width !== null
        seen.naiveWrong ||= isWrong(naively(cells))
      }
      events.anytime += Number(seen.wrong)
      events.naive += Number(seen.naiveWrong)
      events.found += Number(seen.found)
    }
    expectAtMost({ id: 'S4', what: `safe width wrong at any look, ${name}`, events: events.anytime, repetitions: SWEEPS, allowed: 0.05 })
    report('S4', `for comparison: intervals made for one look, ${name}`, percent(events.naive / SWEEPS))
    // Not by silence: where the widest is safe, most sweeps find it so.
    if (collapse[0]! < LEVEL) expect(events.found / SWEEPS).toBeGreaterThan(0.9)
  })

  it('would be wrong in over 10% of sweeps by intervals made for one look', () => {
    // Summed exactly: the widest width at the level itself.
    const looking = { p: LEVEL, every: EVERY, looks: LOOKS }
    const wrong = probabilityOfEver(looking, (k, n) => clopperPearson(k, n, 0.9).high < LEVEL)
    expect(wrong).toBeGreaterThan(0.1)
    expect(probabilityOfEver(looking, isFalselySafe)).toBeLessThan(0.05)
  })
})
