import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Curves, Directions, Histogram, LearnedFunction } from '@collapsar/report'
import type { BestOfCell, SweepDocument } from '@collapsar/sweep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collapsar, collapsarHere } from '../support/collapsar.ts'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar-figure-'))
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

const SHORT = 'inits: 100\nproblem: { points: 16 }\n'
const SWEEPS = {
  map: 'name: map\ngrid: { depth: [2, 3, 4], width: [2, 4] }\ninits: 200\nproblem: { points: 16, testPoints: 20 }\ntraining: { steps: 200 }\nmeasure: [facts, traces]\n',
  small: `grid: { depth: 2, width: 6 }\n${SHORT}network: { init: { kind: small, std: 0.01 }, bias: { kind: normal, std: 0.01 } }\ntraining: { steps: 100, optimizer: { kind: sgd, learningRate: 0.05 } }\n`,
  steps: `grid: { depth: 3, width: 3 }\n${SHORT}axes: { training.steps: [10, 100] }\n`,
  scales: `grid: { depth: 3, width: 3 }\n${SHORT}training: { steps: 10 }\naxes: { network.initScale: [0.5, 1] }\n`,
  plane: 'grid: { depth: 2, width: 3 }\ninits: 100\nproblem: { target: abs-2d, points: 16 }\ntraining: { steps: 10 }\n',
  vector: 'grid: { depth: 2, width: 3 }\ninits: 100\nproblem: { target: step-sin, points: 16 }\nnetwork: { activation: tanh }\ntraining: { steps: 10 }\n',
  untrained: `grid: { depth: 3, width: 2 }\n${SHORT}training: { steps: 0 }\n`,
} as const
type SweepName = keyof typeof SWEEPS

const path = (name: SweepName) => join(folder, `${name}.yaml`)
/** One server for all calls: starting the embedded one takes longer than most commands. */
let server: TestServer
let DATABASE_URL = ''
const call = (...args: string[]) => (args[0] === 'run' ? collapsar : collapsarHere)(args, { DATABASE_URL })
const ids: Partial<Record<SweepName, string>> = {}
const id = (name: SweepName) => ids[name] ?? ''

async function json<T>(...args: string[]): Promise<T> {
  const { code, stderr, stdout } = await call(...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as T
}
const figure = async <T>(name: SweepName, ...args: string[]) => (await json<{ data: T }>('figure', id(name), '--format', 'json', '--of', ...args)).data
const cellsOf = async (name: SweepName) => (await json<SweepDocument>('surface', id(name), '--json')).cells

beforeAll(async () => {
  server = await startTestServer()
  DATABASE_URL = await server.createDatabase()
  for (const [name, text] of Object.entries(SWEEPS) as [SweepName, string][]) {
    writeFileSync(path(name), text)
    const { code, stderr, stdout } = await call('run', path(name), '--json')
    expect({ name, code, stderr: code === 0 ? '' : stderr }).toEqual({ name, code: 0, stderr: '' })
    ids[name] = (JSON.parse(stdout) as SweepDocument).sweep.id
  }
})

describe('collapsar figure', () => {
  it('draws collapse and hazard from the cells of the surface, with levels as rules', async () => {
    const cells = await cellsOf('map')
    const collapse = await figure<Curves>('map', 'collapse', '--levels', '0.1')
    const hazard = await figure<Curves>('map', 'hazard', '--levels', '0.1')
    const [narrow] = collapse.curves
    const expected = cells.filter(({ width }) => width === 2)
    expect(narrow!.points.map(({ x, y }) => [x, y])).toEqual(expected.map(({ depth, collapse: { estimate } }) => [depth, estimate]))
    hazard.curves[0]!.points.forEach(({ y }, i) => expect(y).toBeCloseTo(-Math.log(1 - expected[i]!.collapse.estimate!), 12))
    expect(collapse.rules).toEqual([{ axis: 'y', value: 0.1, label: '10%' }])
    expect(hazard.rules![0]!.value).toBeCloseTo(-Math.log(0.9), 12)
    const table = (await call('surface', id('map'))).stdout
    expect(table).toContain(`digest ${collapse.digest}`)
  })

  it('draws pieces below the most that a network of the shape has, (N + 1)^(L - 1)', async () => {
    const cells = await cellsOf('map')
    const { curves } = await figure<Curves>('map', 'pieces', '--width', '4')
    expect(curves[0]!.points.map(({ y }) => y)).toEqual(cells.filter(({ width }) => width === 4).map(({ pieces }) => pieces.mean))
    expect(curves.find(({ name }) => name === 'maximum')!.points).toEqual([2, 3, 4].map((depth) => ({ x: depth, y: 5 ** (depth - 1) })))
  })

  it('draws quantiles of the loss from the set traces, and from an axis over steps', async () => {
    const { curves } = await figure<Curves>('map', 'loss', '--depth', '4', '--width', '4')
    const { numbers } = await json<{ numbers: { number: string; median: number; lowerQuartile: number }[] }>(
      'measurements', id('map'), '--set', 'traces', '--depth', '4', '--width', '4', '--format', 'json',
    )
    const losses = numbers.filter(({ number }) => number.startsWith('loss'))
    expect(curves[0]!.points.map(({ x }) => x)).toEqual([1, 3, 10, 30, 100, 200])
    curves[0]!.points.slice(0, -1).forEach(({ y }, i) => expect(y).toBeCloseTo(losses[i]!.median, 9))
    curves[0]!.bands![1]!.ranges.slice(0, -1).forEach(({ low }, i) => expect(low).toBeCloseTo(losses[i]!.lowerQuartile, 9))

    const swept = await figure<Curves>('steps', 'loss')
    expect(swept.curves[0]!.points.map(({ x }) => x)).toEqual([10, 100])
    // Both from bins at most 3.2% wide.
    const cells = await cellsOf('steps')
    swept.curves[0]!.points.forEach(({ y }, i) => expect(Math.abs(y! / cells[i]!.loss.median! - 1)).toBeLessThan(0.032))
  })

  it('draws the best of K by test error where it was measured, else by loss', async () => {
    for (const [name, shape, note] of [['map', ['--depth', '3', '--width', '2'], 'error on the test points'], ['small', [], 'training loss']] as const) {
      const { curves, notes, rules } = await figure<Curves>(name, 'best-of', ...shape)
      const { cells } = await json<{ cells: BestOfCell[] }>('best-of', id(name), '--json', ...shape)
      expect(curves[0]!.points).toEqual(cells[0]!.points.map(({ starts, expected }) => ({ x: starts, y: expected })))
      expect(cells[0]!.scoredBy).toBe(name === 'map' ? 'testError' : 'loss')
      expect(notes!.join(' ')).toContain(note)
      expect(rules![0]!.value).toBe(cells[0]!.clippedAt)
    }
  })

  it('draws histograms of losses, pieces and measured numbers', async () => {
    const shape = ['--depth', '4', '--width', '4']
    const total = ({ counts }: Histogram) => counts.reduce((sum, count) => sum + count, 0)
    expect(total(await figure<Histogram>('map', 'histogram', ...shape))).toBe(200)
    const pieces = await figure<Histogram>('map', 'histogram', '--column', 'pieces', ...shape)
    const cell = (await cellsOf('map')).find(({ depth, width }) => depth === 4 && width === 4)!
    const mean = pieces.counts.reduce((sum, count, bin) => sum + count * (pieces.bounds[bin]! + 0.5), 0) / 200
    expect([mean, pieces.bounds.at(-1)]).toEqual([expect.closeTo(cell.pieces.mean!, 9), cell.pieces.max! + 0.5])

    const [placed, labelled] = [await figure<Histogram>('map', 'histogram', '--column', 'traces.loss[2]', ...shape), await figure<Histogram>('map', 'histogram', '--column', 'traces.loss[after 10 steps]', ...shape)]
    expect(labelled.counts).toEqual(placed.counts)
    const measured = await figure<Histogram>('map', 'histogram', '--column', 'facts.testError', ...shape)
    const [, ...rows] = (await call('measurements', id('map'), '--set', 'facts', '--trials', ...shape)).stdout.trimEnd().split('\r\n')
    const errors = rows.map((row) => Number(row.split(',').at(-1)))
    const last = measured.bounds.length - 2
    expect(measured.counts).toEqual(
      measured.counts.map((_, bin) => errors.filter((error) => error >= measured.bounds[bin]! && (error < measured.bounds[bin + 1]! || (bin === last && error <= measured.bounds[bin + 1]!))).length),
    )
  })

  it('draws where units turn, to the weights that a replay ends with', async () => {
    const { rays, units } = await figure<Directions>('small', 'directions', '--trial', '7')
    const { final } = await json<{ final: [number[][], number[], number[][]] }>('replay', path('small'), '--depth', '2', '--width', '6', '--trial', '7', '--json')
    const [weights, biases, [outgoing]] = final
    const ends = biases.map((b, j) => [Math.atan2(b, weights[j]![0]!), Math.abs(outgoing![j]!) * Math.hypot(b, weights[j]![0]!)])
    const byAngle = (a: number[], b: number[]) => a[0]! - b[0]!
    const drawn = units.map(({ trace }) => [trace.at(-1)!.angle, trace.at(-1)!.radius]).toSorted(byAngle)
    ends.toSorted(byAngle).forEach((end, i) => end.forEach((value, k) => expect(drawn[i]![k]).toBeCloseTo(value, 6)))
    // 0, 1, 3, 10, 30 steps and the end
    expect(units[0]!.trace).toHaveLength(6)
    expect(rays!.length).toBeGreaterThan(0)
    expect((await figure<Directions>('small', 'directions')).units).toHaveLength(600)
  })

  it('draws the function that a replay ends with, piece by piece', async () => {
    const { breakpoints, network, pieces } = await figure<LearnedFunction>('small', 'function', '--trial', '7')
    const replay = await json<{ pieces: number; final: [number[][], number[], number[][], number[]] }>('replay', path('small'), '--depth', '2', '--width', '6', '--trial', '7', '--json')
    const [weights, biases, [outgoing], [bias]] = replay.final
    expect([pieces!.count, breakpoints!.length]).toEqual([replay.pieces, replay.pieces - 1])
    for (const { x, y } of network) {
      const value = biases.reduce((sum, b, j) => sum + outgoing![j]! * Math.max(0, weights[j]![0]! * x + b), bias!)
      expect(y).toBeCloseTo(value, 9)
    }
    expect((await figure<LearnedFunction>('map', 'function', '--depth', '3', '--width', '4', '--trial', '199')).data).toHaveLength(16)
  })

  it.each(['collapse', 'hazard', 'pieces', 'loss', 'best-of', 'histogram', 'directions', 'function'])('hands out %s as a picture with its digest', async (name) => {
    const one = ['loss', 'best-of', 'histogram', 'directions', 'function'].includes(name) ? ['--depth', '4', '--width', '4'] : []
    const args = ['figure', id('map'), '--of', name, ...one, ...(name === 'function' ? ['--trial', '2'] : [])]
    const { code, stdout } = await call(...args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^<svg xmlns/)
    const { data } = await json<{ data: { digest: string } }>(...args, '--format', 'json')
    expect(stdout).toContain(`digest ${data.digest}`)
  })

  it('hands out a PNG', async () => {
    const { code, stdout } = await call('figure', id('map'), '--of', 'collapse', '--format', 'png')
    expect([code, stdout.slice(1, 4)]).toEqual([0, 'PNG'])
  })
})

describe('what does not apply', () => {
  const shape = ['--depth', '4', '--width', '4']
  it.each<[SweepName, string[], number, string]>([
    ['map', [], 2, '--of is missing; accepted: collapse, hazard'],
    ['map', ['--of', 'moods'], 2, '--of is moods; accepted: collapse, hazard'],
    ['map', ['--of', 'collapse', '--format', 'gif'], 2, '--format is gif; accepted: svg, png, json'],
    ['map', ['--of', 'collapse', '--levels', '1'], 2, '--levels is 1; accepted: numbers above 0 and below 1'],
    ['map', ['--of', 'pieces', '--levels', '0.1'], 2, '--levels is an option of collapse and hazard, not of pieces'],
    ['map', ['--of', 'loss', '--column', 'loss', ...shape], 2, '--column is an option of histogram, not of loss'],
    ['map', ['--of', 'best-of', '--trial', '1', ...shape], 2, '--trial is an option of directions and function, not of best-of'],
    ['map', ['--of', 'collapse', '--width', '9'], 5, 'has no cell of width 9; it has depth 2, 3, 4 and width 2, 4'],
    ['map', ['--of', 'loss', '--depth', '7', '--width', '4'], 5, 'has no cell of depth 7, width 4'],
    ['map', ['--of', 'collapse', '--cell', 'c1_0'], 5, 'has no cell of id "c1_0"'],
    ['map', ['--of', 'loss', '--depth', '4'], 2, 'is of one cell, but 2 are left; choose it with --depth and --width'],
    ['map', ['--of', 'function', ...shape], 2, '--trial is missing'],
    ['map', ['--of', 'function', '--trial', '200', ...shape], 2, '--trial is 200; accepted: a trial that this sweep counts, from 0 to 199'],
    ['map', ['--of', 'histogram', '--column', 'moods.joy', ...shape], 2, '--column is moods.joy; accepted: loss, pieces, or SET.COLUMN'],
    ['map', ['--of', 'histogram', '--column', 'facts.joy', ...shape], 2, '--column is facts.joy; facts has deadPoints, endStep'],
    ['map', ['--of', 'histogram', '--column', 'traces.loss', ...shape], 2, 'accepted: traces.loss[0] to loss[4] (after 1 step to after 100 steps)'],
    ['map', ['--of', 'histogram', '--column', 'traces.loss[5]', ...shape], 2, 'accepted: traces.loss[0] to loss[4]'],
    ['map', ['--of', 'histogram', '--column', 'functions.onData[0]', ...shape], 5, 'measured for functions; add measure: [functions]'],
    ['small', ['--of', 'loss'], 5, 'No trial of depth 2, width 6 has been measured for traces; add measure: [traces] to the sweep file and run it again, or sweep axes: { training.steps: [..] }'],
    ['scales', ['--of', 'collapse'], 2, 'the sweep varies network.initScale too; see: collapsar surface'],
    ['scales', ['--of', 'best-of'], 2, 'choose it with --cell: c1_'],
    ['plane', ['--of', 'function', '--trial', '0'], 2, 'a function is drawn of one input; this problem has 2'],
    ['plane', ['--of', 'directions'], 2, 'directions are drawn for one input, as an angle; this problem has 2'],
    ['plane', ['--of', 'pieces'], 2, 'for several inputs see the measurement set regions'],
    ['plane', ['--of', 'histogram', '--column', 'pieces'], 2, 'pieces are counted of networks of one input'],
    ['vector', ['--of', 'directions'], 2, 'directions: no directions apart from scales: tanh is not positively homogeneous'],
    ['untrained', ['--of', 'directions'], 2, 'directions: directions of a network that was never trained'],
    ['untrained', ['--of', 'loss'], 2, 'loss: traces of a network that was never trained'],
  ])('%s: collapsar figure ID %j ends with %i', async (name, args, code, message) => {
    const result = await call('figure', id(name), ...args)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(message)
    expect(result.stderr).not.toContain('    at ')
  })

  it('is said of a sweep that does not exist', async () => {
    const result = await call('figure', 'sw-0', '--of', 'collapse')
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(result.stderr).toContain('There is no sweep "sw-0"; the newest are')
  })
})
