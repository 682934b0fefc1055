import { reproduce, TARGETS } from '@collapsar/reproductions'
import type { CellEvidence, SweepRunner } from '@collapsar/reproductions'
import { cellDocument, parseSweep, tallyOf } from '@collapsar/sweep'
import type { SweepFile } from '@collapsar/sweep'
import type { TrialRecord } from '@collapsar/trial'
import { afterAll, describe, expect, it } from 'vitest'
import { cpuEngine, forEachRecord } from './cells.ts'

const MINUTES = 60_000

const engine = cpuEngine()
afterAll(() => engine.close())

/** Runs sweeps on the engine at hand, their files changed first. */
function runnerWith(change: (file: SweepFile) => SweepFile): SweepRunner {
  return async ({ file, records }) => {
    const cells: CellEvidence[] = []
    for (const { cell, spec, inits, axes } of parseSweep(change(file)).cells) {
      const found: TrialRecord[] = []
      await forEachRecord(engine, spec, inits, (record) => found.push(record))
      const tally = tallyOf(found)
      const document = cellDocument({ cell, spec, inits, tally, gaps: 0, digest: null, engines: [] }, axes)
      cells.push({ document, spec, tally, records: records === true ? found : [], measurements: {} })
    }
    const sweep = { id: 'sw-test', name: '', state: 'done', setting: '', trials: 0, reused: 0, seconds: 0 }
    return { document: { sweep, cells: cells.map(({ document }) => document) }, cells }
  }
}

/** Another law wherever the file asks for He weights, which is the default. */
const withInit = (init: 'glorot-normal' | 'randomized-asymmetric') => (file: SweepFile): SweepFile =>
  (file.network?.init ?? 'he-normal') === 'he-normal' ? { ...file, network: { ...file.network, init } } : file

const asItIs = (file: SweepFile): SweepFile => file

/** A reproduction from fewer trials than the quick size: enough for what is asked of it here. */
async function reproduceWith(name: string, inits: number, change: (file: SweepFile) => SweepFile) {
  const target = TARGETS.find((candidate) => candidate.name === name)!
  const run = runnerWith((file) => change({ ...file, inits }))
  return (await reproduce(target, { size: 'quick', threads: 2, run, networks: () => Promise.reject(new Error('no picture is drawn')) })).document
}

describe('reproductions with another initialization', () => {
  it('fail for the pieces, whose number depends on the ratio of weights and biases', async () => {
    expect((await reproduceWith('pieces-at-start', 100, asItIs)).verdict).not.toBe('fail')
    const { verdict, measurements } = await reproduceWith('pieces-at-start', 100, withInit('glorot-normal'))
    expect(verdict).toBe('fail')
    const failing = measurements.filter((measurement) => measurement.verdict === 'fail').map(({ what }) => what)
    // Glorot's variance is below He's from the first layer on; the laws of PyTorch are not touched.
    expect(failing.some((what) => what.includes('he-small-bias'))).toBe(true)
    expect(failing.filter((what) => what.includes('torch-default'))).toEqual([])
  }, 2 * MINUTES)

  // Without biases a factor in front of the weights of a layer changes no sign (Lu et al. 2020): the same networks are born dead.
  it('do not change for the born dead, whatever the scale of the weights', async () => {
    const he = await reproduceWith('ten-layer-widths', 5000, asItIs)
    const glorot = await reproduceWith('ten-layer-widths', 5000, withInit('glorot-normal'))
    expect(glorot.measurements.map(({ measured }) => measured)).toEqual(he.measurements.map(({ measured }) => measured))
  }, 2 * MINUTES)

  it('fail for the born dead and for collapse where weights are not symmetric', async () => {
    expect((await reproduceWith('ten-layer-widths', 5000, withInit('randomized-asymmetric'))).verdict).toBe('fail')
    expect((await reproduceWith('headline-collapse', 1000, asItIs)).verdict).toBe('pass')
    expect((await reproduceWith('headline-collapse', 1000, withInit('randomized-asymmetric'))).verdict).toBe('fail')
  }, 2 * MINUTES)
})
