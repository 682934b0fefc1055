import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measurementSets } from '@collapsar/trial'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trialSpec } from '../support/blocks.ts'
import { collapsar } from '../support/collapsar.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar-measurements-'))
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))

const data = join(folder, 'data')
/** Columns of the set; those of one output hold a number each. */
const NUMBERS = measurementSets.facts.columns(trialSpec(1)).length
const plain = 'grid: { depth: [3, 6], width: 4 }\ninits: 250\ntraining: { batch: 16, steps: 300 }\n'
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const bare = write('bare.yaml', plain)
const file = write('measured.yaml', `${plain}measure: [facts]\n`)

const call = (...args: string[]) => collapsar([...args, '--data', data])
const idOf = async (path: string) => {
  const { code, stdout } = await call('run', path, '--json')
  expect(code).toBe(0)
  return (JSON.parse(stdout) as { sweep: { id: string } }).sweep.id
}

/** A table of comma-separated numbers, by the names in its first line. */
function rowsOf(csv: string): Record<string, string>[] {
  const [header, ...lines] = csv.trimEnd().split('\r\n').map((line) => line.split(','))
  return lines.map((fields) => Object.fromEntries(header!.map((name, i) => [name, fields[i]!])))
}

let bareId: string
let id: string
beforeAll(async () => {
  bareId = await idOf(bare)
  const plan = await call('plan', file, '--explain')
  expect(plan.stdout).toContain('trials   500: 0 exist, 500 to train')
  expect(plan.stdout).toContain('depth 6, width 4: 250 of 250 trials are recorded, but 250 of them without facts: these are trained again.')
  id = await idOf(file)
  expect((await call('plan', file)).stdout).toContain('trials   500: 500 exist, 0 to train')
})

describe('collapsar measurements', () => {
  it('summarizes the numbers that it prints trial by trial', async () => {
    const trials = rowsOf((await call('measurements', id, '--set', 'facts', '--trials')).stdout)
    const csv = rowsOf((await call('measurements', id, '--set', 'facts', '--format', 'csv')).stdout)
    expect(trials).toHaveLength(500)
    expect(csv).toHaveLength(2 * NUMBERS)
    for (const row of csv) {
      const numbers = trials.filter(({ cell }) => cell === row['cell']).map((trial) => Number(trial[row['number']!])).toSorted((a, b) => a - b)
      expect(Number(row['mean'])).toBeCloseTo(numbers.reduce((sum, value) => sum + value, 0) / 250, 9)
      // Type 7 of 250 numbers: places 249 / 4 = 62.25, 124.5 and 186.75.
      const expected = [numbers[0], 0.75 * numbers[62]! + 0.25 * numbers[63]!, (numbers[124]! + numbers[125]!) / 2, 0.25 * numbers[186]! + 0.75 * numbers[187]!, numbers[249]]
      const found = ['min', 'lowerQuartile', 'median', 'upperQuartile', 'max'].map((name) => Number(row[name]))
      found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 9))
      expect([row['count'], row['nan'], row['missing']]).toEqual(['250', '0', '0'])
    }
  })

  it('gives the number of updates that replaying a trial makes', async () => {
    const trials = rowsOf((await call('measurements', id, '--set', 'facts', '--trials', '--depth', '6')).stdout)
    const died = trials.find(({ endStep }) => endStep !== '0' && endStep !== '300')!
    const replay = await call('replay', bare, '--depth', '6', '--width', '4', '--trial', died['trial']!, '--json')
    const { lossTrace } = JSON.parse(replay.stdout) as { lossTrace: number[] }
    expect(lossTrace).toHaveLength(Number(died['endStep']) + 1)
  })

  it('prints a table for people and one JSON document for programs', async () => {
    const table = await call('measurements', id, '--set', 'facts', '--depth', '3')
    expect(table.stdout).toMatch(/^depth 3, width 4 {2}c1_[0-9a-f]{64}\n {2}number +trials +NaN +mean/)
    const { stdout } = await call('measurements', id, '--set', 'facts', '--depth', '3', '--width', '4', '--format', 'json')
    const document = JSON.parse(stdout) as { set: string; version: number; numbers: { number: string; max: number }[] }
    expect(document).toMatchObject({ set: 'facts', version: measurementSets.facts.version })
    expect(document.numbers.map(({ number }) => number).slice(0, 4)).toEqual(['deadPoints', 'endStep', 'outputMin', 'outputMax'])
    expect(document.numbers[1]?.max).toBe(300)
  })

  it('names the step, angle and layer of every number, and says what they are', async () => {
    const labelled = await idOf(write('labelled.yaml', 'grid: { depth: 3, width: 2 }\ninits: 20\ntraining: { steps: 4 }\nmeasure: [directions, traces]\n'))
    const table = (await call('measurements', labelled, '--set', 'traces')).stdout
    expect(table).toMatch(/^ {2}loss\[after 1 step\] +20 +0/m)
    expect(table).toContain('\ndeadLayer: first hidden layer that is zero on every point after steps 1, 3; 0 if none.\n')
    const csv = (await call('measurements', labelled, '--set', 'directions', '--format', 'csv')).stdout
    expect(csv).toContain(',3,2,"clusters[5 degrees, after 3 steps]",20,')
    const { stdout } = await call('measurements', labelled, '--set', 'directions', '--trials')
    expect(stdout.split('\r\n')[0]).toMatch(/,"deeperClusters\[layer 2, after 3 steps\]","deeperClusters\[layer 2, end\]"$/)
  })

  it('reads for a sweep that did not ask what another one had measured', async () => {
    const csv = (await call('measurements', bareId, '--set', 'facts', '--format', 'csv')).stdout
    expect(rowsOf(csv)).toHaveLength(2 * NUMBERS)
  })

  it('says what is missing', async () => {
    const larger = await idOf(write('larger.yaml', plain.replace('250', '400')))
    const [row] = rowsOf((await call('measurements', larger, '--set', 'facts', '--format', 'csv')).stdout)
    expect([row!['count'], row!['missing']]).toEqual(['300', '100'])
    expect((await call('measurements', larger, '--set', 'facts')).stdout).toContain(', 100 trials not measured')
  })

  it.each([
    [['ID'], 2, '--set is missing; accepted: '],
    [['ID', '--set', 'moods'], 2, '--set is moods; accepted: '],
    [['ID', '--set', 'facts', '--format', 'svg'], 2, '--format is svg; accepted: table, csv, json'],
    [['ID', '--set', 'facts', '--format', 'json', '--trials'], 2, '--trials prints csv, but --format is json'],
    [['ID', '--set', 'facts', '--depth', '4'], 5, 'has no cell of depth 4'],
    [['ID', '--set', 'facts', '--width', '0'], 2, '--width is 0; accepted: an integer from 1'],
    [['sw-0', '--set', 'facts'], 5, 'There is no sweep "sw-0"; the newest are'],
  ])('ends for %j with %i', async (args, code, message) => {
    const result = await call('measurements', ...args.map((arg) => (arg === 'ID' ? id : arg)))
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(message)
    expect(result.stderr).not.toContain('    at ')
  })

  it('names only the place that was asked for, as best-of does', async () => {
    for (const command of [['measurements', id, '--set', 'facts'], ['best-of', id]]) {
      const { code, stderr } = await call(...command, '--depth', '7')
      expect(code).toBe(5)
      expect(stderr).toMatch(new RegExp(`sweep ${id} has no cell of depth 7\\n$`))
    }
  })

  it('says how to measure where nothing was', async () => {
    const other = await idOf(write('other.yaml', `${plain}seed: 1\n`))
    const result = await call('measurements', other, '--set', 'facts')
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(result.stderr).toContain(`No trial of the sweep ${other} has been measured for facts; add it to measure in the sweep file`)
  })

  it.each([
    ['[facts, facts]', 'measure is ["facts","facts"]; accepted: a list without repetition of'],
    ['[moods]', 'measure[0] is "moods"; accepted: one of '],
    ['facts', 'measure is "facts"; accepted: a list without repetition of'],
  ])('refuses a file with measure: %s', async (measure, message) => {
    const result = await call('run', write('wrong.yaml', `${plain}measure: ${measure}\n`))
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(result.stderr).toContain(message)
  })
})
