import { describe, expect, test } from 'vitest'
import { csvOf } from './csv.ts'
import { bornDeadSample, sampleDocument } from './samples/documents.ts'

/** RFC 4180, section 2: records of fields, quoted or not. */
function parse(csv: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    record.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'))
    if (end === '\r\n') {
      records.push(record)
      record = []
    }
  }
  return records
}

function rowsOf(csv: string): Record<string, string>[] {
  const [header, ...records] = parse(csv)
  return records.map((record) => Object.fromEntries(header!.map((name, index) => [name, record[index]!])))
}

describe('the CSV', () => {
  test('has a row for each cell, with numbers that read back as the same values', () => {
    const document = bornDeadSample()
    const rows = rowsOf(csvOf(document))
    expect(rows.map((row) => row['cell'])).toEqual(document.cells.map((cell) => cell.cell))
    document.cells.forEach((cell, index) => {
      const row = rows[index]!
      const shape = [row['depth'], row['hidden_layers'], row['width']].map(Number)
      expect(shape).toEqual([cell.depth, cell.hiddenLayers, cell.width])
      expect(Number(row['born_dead_trials'])).toBe(cell.outcomes.born_dead)
      expect(Number(row['collapse_probability'])).toBe(cell.collapse.estimate)
      expect(Number(row['collapse_high_probability'])).toBe(cell.collapse.high)
      expect(Number(row['theory_born_dead_simulated_probability'])).toBe(cell.theory.bornDead.simulated?.estimate)
      expect(row['digest']).toBe(cell.digest)
    })
  })

  test('has as many fields in every record, however odd the name', () => {
    const records = parse(csvOf(sampleDocument('a "b", c\r\nd', [{ depth: 2, width: 1 }, { depth: 3, width: 1 }])))
    expect(new Set(records.map((record) => record.length)).size).toBe(1)
    expect(records[1]?.[1]).toBe('a "b", c\r\nd')
  })

  test('leaves fields empty where there is no number', () => {
    const csv = csvOf(sampleDocument('none', [{ depth: 2, width: 1, trials: 0, inits: 1000 }]))
    const [row] = rowsOf(csv)
    const fields = ['collapse_probability', 'median_loss', 'digest', 'engine'].map((name) => row?.[name])
    expect(fields).toEqual(['', '', '', ''])
    expect(csv).not.toMatch(/NaN|null|undefined|Infinity/)
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('keeps a spreadsheet from running the name %j', (name) => {
    expect(rowsOf(csvOf(sampleDocument(name, [{ depth: 2, width: 1 }])))[0]?.['sweep_name']).toBe(`'${name}`)
  })

  test('has a column for each swept parameter', () => {
    const init = { kind: 'small', std: 0.1 }
    const axes = { 'training.optimizer.learningRate': -0.5, 'network.init': init, 'problem.target': 'abs' }
    const [row] = rowsOf(csvOf(sampleDocument('axes', [{ depth: 2, width: 1, axes }])))
    expect(row?.['axis_training_optimizer_learning_rate']).toBe('-0.5')
    expect(row?.['axis_network_init']).toBe('{"kind":"small","std":0.1}')
    expect(row?.['axis_problem_target']).toBe('abs')
  })

  test('names its columns in snake_case', () => {
    expect(parse(csvOf(bornDeadSample()))[0]).toMatchInlineSnapshot(`
      [
        "sweep_id",
        "sweep_name",
        "cell",
        "depth",
        "hidden_layers",
        "width",
        "requested_trials",
        "counted_trials",
        "lost_trials",
        "born_dead_trials",
        "died_in_training_trials",
        "collapsed_functional_trials",
        "partially_collapsed_trials",
        "converged_trials",
        "stalled_trials",
        "unfinished_trials",
        "diverged_trials",
        "collapse_probability",
        "collapse_low_probability",
        "collapse_high_probability",
        "interval_level",
        "interval_method",
        "theory_born_dead_lower_probability",
        "theory_born_dead_upper_probability",
        "theory_born_dead_exact_probability",
        "theory_born_dead_simulated_probability",
        "theory_born_dead_simulated_standard_error",
        "mean_pieces",
        "median_pieces",
        "max_pieces",
        "median_loss",
        "best_loss",
        "engine",
        "numerics",
        "digest",
      ]
    `)
  })
})
