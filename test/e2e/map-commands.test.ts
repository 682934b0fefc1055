import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BestOfCell, PairComparison, SafeWidthDocument, SweepDocument } from '@collapsar/sweep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collapsar, collapsarHere } from '../support/collapsar.ts'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar-map-commands-'))
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

const TRAINED = 'problem: { points: 16 }\ntraining: { steps: 50 }\n'
const SWEEPS = {
  scales: `grid: { depth: 4, width: 3 }\ninits: 100\n${TRAINED}axes: { network.initScale: [0.25, 1, 2], training.optimizer.learningRate: [0.0001, 0.01] }\n`,
  born: 'grid: { depth: [2, 4, 6, 8], width: [2, 3, 4] }\ninits: 300\ntraining: { steps: 0 }\n',
  shape: 'grid: { depth: [2, 3, 4, 5, 6], width: [2, 3, 4] }\ninits: 200\nproblem: { points: 16 }\ntraining: { steps: 300 }\n',
  slow: 'grid: { depth: 4, width: 3 }\ninits: 100\nproblem: { points: 16 }\ntraining: { steps: 50, optimizer: { learningRate: 0.0001 } }\n',
  fast: 'grid: { depth: 4, width: 3 }\ninits: 100\nproblem: { points: 16 }\ntraining: { steps: 50, optimizer: { learningRate: 0.01 } }\n',
  until: `grid: { depth: [2, 4], width: [2, 4] }\nuntil: { decide: [0.1], maxInits: 300 }\n${TRAINED}`,
} as const
type SweepName = keyof typeof SWEEPS

const path = (name: SweepName) => join(folder, `${name}.yaml`)
/** One server for all calls: starting the embedded one takes longer than most commands. */
let server: TestServer
let DATABASE_URL = ''
const call = (...args: string[]) => (args[0] === 'run' ? collapsar : collapsarHere)(args, { DATABASE_URL })
const ids: Partial<Record<SweepName, string>> = {}
const id = (name: SweepName) => ids[name] ?? ''
const firstRuns: Partial<Record<SweepName, SweepDocument>> = {}

async function json<T>(...args: string[]): Promise<T> {
  const { code, stderr, stdout } = await call(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as T
}

beforeAll(async () => {
  server = await startTestServer()
  DATABASE_URL = await server.createDatabase()
  for (const [name, text] of Object.entries(SWEEPS) as [SweepName, string][]) {
    writeFileSync(path(name), text)
    const { code, stdout } = await call('run', path(name), '--json')
    expect({ name, code }).toEqual({ name, code: 0 })
    firstRuns[name] = JSON.parse(stdout) as SweepDocument
    ids[name] = firstRuns[name].sweep.id
  }
})

describe('surface', () => {
  it('lays a map over any two swept parameters', async () => {
    const { cells } = firstRuns.scales!
    const table = (await call('surface', id('scales'), '--columns', 'network.initScale', '--rows', 'training.optimizer.learningRate')).stdout
    expect(table).toContain('network.initScale')
    const [header, ...rows] = table.slice(table.indexOf('network.initScale')).split('\n').slice(1)
    expect(header).toMatch(/training\.optimizer\.learningRate +0\.25 +1 +2/)
    for (const [row, rate] of [0.0001, 0.01].entries()) {
      const shares = cells.filter(({ axes }) => axes!['training.optimizer.learningRate'] === rate).map(({ collapse }) => Number((100 * collapse.estimate!).toFixed(1)))
      const [label, ...found] = rows[row]!.trim().split(/\s{2,}/).map((text) => Number.parseFloat(text.replace('<', '')))
      expect(label).toBe(rate)
      found.slice(0, 3).forEach((share, i) => (shares[i]! > 0 ? expect(share).toBeCloseTo(shares[i]!, 1) : expect(share).toBeGreaterThan(0)))
    }
    const turned = (await call('surface', id('scales'), '--columns', 'training.optimizer.learningRate', '--rows', 'network.initScale', '--format', 'svg')).stdout
    expect(turned).toContain('training.optimizer.learningRate')
    expect(turned).not.toBe((await call('surface', id('scales'), '--format', 'svg')).stdout)
  })

  it('draws the contours of a fit that passes, at the levels asked for, and none of one that cannot be checked', async () => {
    const plain = await call('surface', id('shape'), '--format', 'svg')
    const fitted = await call('surface', id('shape'), '--format', 'svg', '--fit', '--levels', '0.3')
    expect([fitted.code, fitted.stderr]).toEqual([0, ''])
    expect(plain.stdout).not.toContain('undecided by the fit')
    expect(fitted.stdout).toContain('undecided by the fit')
    const withheld = await call('surface', id('scales'), '--format', 'svg', '--fit')
    expect(withheld.code).toBe(0)
    expect(withheld.stderr).toContain('no fit is drawn; collapsar contours says why')
    expect(withheld.stdout).toBe((await call('surface', id('scales'), '--format', 'svg')).stdout)
  })
})

describe('contours', () => {
  it('show the largest depth whose interval, and that of every cell before it, stays below the level', async () => {
    interface Answer {
      readonly maps: { readonly fit: { verdict: string }; readonly contours: { level: number; band: { y: number; below: number | null }[] }[] }[]
    }
    const { maps } = await json<Answer>('contours', id('shape'), '--levels', '0.3,0.9')
    expect(maps.map(({ fit }) => fit.verdict)).toEqual(['fits'])
    const { cells } = firstRuns.shape!
    for (const { level, band } of maps[0]!.contours) {
      for (const { y, below } of band) {
        const row = cells.filter(({ width }) => width === y)
        const first = row.findIndex(({ collapse }) => !(collapse.high < level))
        expect(below).toBe((first === -1 ? row.at(-1) : row[first - 1])?.depth ?? null)
      }
    }
    const text = (await call('contours', id('shape'), '--levels', '0.3')).stdout
    expect(text).toContain('P(collapse) = 30%: the largest depth below it')
    expect(text).toContain('its residual checks pass')
  })
})

describe('safe-width', () => {
  const ask = (below: string) => call('safe-width', '--file', path('born'), '--depth', '4', '--below', below, '--json')

  it('names a width, or says that it cannot with exit code 9', async () => {
    // Born dead at depth 4: 34% at width 2, 11% at width 3, 3.7% at width 4 by theory.
    const safe = await ask('0.25')
    expect([safe.code, (JSON.parse(safe.stdout) as SafeWidthDocument).width]).toEqual([0, 3])
    const undecided = await ask('0.001')
    expect([undecided.code, (JSON.parse(undecided.stdout) as SafeWidthDocument).width]).toEqual([9, null])
    expect((await call('safe-width', '--file', path('born'), '--depth', '4', '--below', '0.001')).stdout).toMatch(/no width is safe|undecided/)
  })
})

describe('best-of', () => {
  it('gives the mean loss for K = 1 and less for more, up to a third of the trials', async () => {
    const { cells } = await json<{ cells: BestOfCell[] }>('best-of', id('slow'), '--starts', '1,33')
    const [one, many] = cells[0]!.points
    expect(cells[0]!.mostStarts).toBe(33)
    expect(many!.expected).toBeLessThan(one!.expected)
    const beyond = await call('best-of', id('slow'), '--starts', '34')
    expect(beyond).toMatchObject({ code: 2, stdout: '' })
    expect(beyond.stderr).toContain('got 34 for 100 trials (at most 33)')
  })
})

describe('compare', () => {
  it('pairs two learning rates on the same initial networks', async () => {
    const { pairs } = await json<{ pairs: PairComparison[] }>('compare', id('slow'), id('fast'))
    const { both, onlyFirst, onlySecond, trials } = pairs[0]!.counts
    const collapsed = (name: SweepName) => Math.round(100 * firstRuns[name]!.cells[0]!.collapse.estimate!)
    expect([pairs.length, trials, both + onlyFirst, both + onlySecond]).toEqual([1, 100, collapsed('slow'), collapsed('fast')])
  })
})

describe('until', () => {
  it('runs in rounds until the level is decided; a second run trains nothing', async () => {
    const first = firstRuns.until!
    expect(first.sweep.until).toMatchObject({ decide: [0.1], maxInits: 300 })
    expect(first.sweep.until!.rounds).toBeGreaterThan(0)
    for (const { collapse, inits } of first.cells) expect(collapse.high < 0.1 || collapse.low > 0.1 || inits === 300).toBe(true)

    const again = await call('run', path('until'))
    expect(again.code).toBe(0)
    const total = first.sweep.trials.toLocaleString('en-US')
    expect(again.stderr).toContain(`${total} trials counted in ${first.sweep.until!.rounds + 1} rounds, 0 trained now`)
    expect(again.stderr).toContain(`${total} reused.`)
    expect(again.stderr).toMatch(/100% of round \d, /)
    expect(again.stderr).not.toContain('--inits')
    const third = JSON.parse((await call('run', path('until'), '--json')).stdout) as SweepDocument
    expect(JSON.stringify(third.cells)).toBe(JSON.stringify(first.cells))
    expect(third.sweep.reused).toBe(third.sweep.trials)
  })
})

describe('a wrong question', () => {
  it.each<[string, SweepName, string[], number, string]>([
    ['surface', 'scales', ['--columns', 'mood'], 2, 'columns is "mood"; accepted: depth, width, network.initScale, training.optimizer.learningRate'],
    ['surface', 'scales', ['--columns', 'depth', '--rows', 'depth'], 2, 'rows is "depth"; accepted: width, network.initScale'],
    ['surface', 'born', ['--fit', '--levels', '0'], 2, '--levels is 0; accepted: numbers above 0 and below 1'],
    ['surface', 'born', ['--fit', '--levels', '1'], 2, '--levels is 1; accepted: numbers above 0 and below 1'],
    ['surface', 'born', ['--fit', '--levels', '0.1,x'], 2, '--levels is 0.1,x; accepted: numbers above 0 and below 1'],
    ['contours', 'born', ['--levels', '0'], 2, '--levels is 0; accepted'],
    ['contours', 'born', ['--levels', ''], 2, '--levels is ; accepted'],
    ['contours', 'born', ['--confidence', '1'], 2, '--confidence is 1; accepted: a number above 0 and below 1'],
    ['contours', 'born', ['--columns', 'mood'], 2, 'columns is "mood"; accepted'],
    ['contours', 'scales', ['--monotone'], 2, 'it is an assumption about depth and width'],
    ['best-of', 'slow', ['--starts', '0'], 2, '--starts is 0; accepted: integers of at least 1'],
    ['best-of', 'slow', ['--starts', 'x'], 2, '--starts is x; accepted: integers of at least 1'],
    ['best-of', 'slow', ['--depth', '9'], 5, 'has no cell of depth 9'],
    ['compare', 'slow', ['sw-0'], 5, 'There is no sweep "sw-0"'],
    ['compare', 'slow', [], 2, 'takes A B, received'],
  ])('collapsar %s %s %j ends with %i', async (command, name, args, code, message) => {
    const result = await call(command, id(name), ...args)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(message)
    expect(result.stderr).not.toContain('    at ')
  })

  it.each([
    [['--below', '0.1'], 2, '--depth is missing'],
    [['--depth', '4'], 2, '--below is missing'],
    [['--depth', '4', '--below', '1'], 2, '--below is 1; accepted: a number above 0 and below 1'],
    [['--depth', '4', '--below', 'x'], 2, '--below is x; accepted'],
  ])('collapsar safe-width %j ends with %i', async (args, code, message) => {
    const result = await call('safe-width', ...args)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(message)
  })
})
