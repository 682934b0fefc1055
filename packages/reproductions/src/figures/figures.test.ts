import { FIGURES, svgOf } from '@collapsar/report'
import { createReferenceEngine, trialBatch } from '@collapsar/trial'
import type { TrialRecord } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { documentOfTarget } from '../samples/document.ts'
import { simulatedSweep } from '../samples/evidence.ts'
import { measuredCell } from '../samples/measured.ts'
import type { CellEvidence, Figure, NetworkSource, SweepEvidence, Target } from '../target.ts'
import { TARGETS } from '../targets/index.ts'
import { bornDeadCurves } from './born-dead-curves.ts'
import { constantsHistogram } from './constants-histogram.ts'
import { allVerdicts, measuredVerdicts } from './measured-verdicts.ts'
import { piecesLines } from './pieces-lines.ts'
import { restartsCurves } from './restarts-curves.ts'
import { unitDirections } from './unit-directions.ts'

const RECORD: TrialRecord = { outcome: 'born_dead', deadLayer: 1, deathCheck: 0, loss: 0.1, value: 0.75, pieces: 1, checksum: 0 }

/** The quick sweeps of a target, a third of all networks born dead; what else is measured is 1. */
function evidenceOf(target: Target): SweepEvidence[] {
  return target.sweeps('quick').map((planned) => {
    const sweep = simulatedSweep(planned, (_, inits) => ({ bornDead: Math.round(inits / 3) }))
    const cells = sweep.cells.map((cell): CellEvidence => {
      const records = planned.records === true ? Array.from({ length: cell.tally.trials }, () => RECORD) : []
      return (planned.file.measure ?? []).reduce<CellEvidence>((measured, set) => measuredCell(measured, set, () => 1), { ...cell, records })
    })
    return { ...sweep, cells }
  })
}

/** Trained by the reference engine for a step, whatever is asked: pictures look at what they get. */
const networks: NetworkSource = async (spec, trial) => {
  const engine = createReferenceEngine()
  const { parameters } = await engine.train(trialBatch({ ...spec, training: { ...spec.training, steps: 1 } }, [trial]), new AbortController().signal)
  return parameters
}

function drawn(figure: Figure): string {
  switch (figure.kind) {
    case 'map':
      return svgOf(figure.document)
    case 'curves':
      return FIGURES.curves(figure.data)
    case 'directions':
      return FIGURES.directions(figure.data)
    case 'function':
      return FIGURES.function(figure.data)
    case 'histogram':
      return FIGURES.histogram(figure.data)
    case 'verdicts':
      return FIGURES.verdicts(figure.data)
    default:
      return figure satisfies never
  }
}

describe('the figures of the targets', () => {
  it.each(TARGETS.filter(({ figure }) => figure !== undefined))('$name draws its trials, and names them by their digest', async (target) => {
    const figure = await target.figure!(evidenceOf(target), networks)
    const svg = drawn(figure)
    expect(svg).toMatch(/^<svg /)
    expect(svg).toMatch(/digest [0-9a-f]{12}</)
    expect(svg).not.toContain('NaN')
    expect(svg).not.toContain('no data')
  })
})

const cellsOf = (name: string): readonly CellEvidence[] => evidenceOf(TARGETS.find((target) => target.name === name)!)[0]!.cells

it('shades the proved bounds of being born dead: 4.30% to 23.4% at depth 3 and width 3', () => {
  const { areas } = bornDeadCurves({ ...evidenceOf(TARGETS[0]!)[0]!.document })
  const width3 = areas!.find(({ group }) => group === 'width 3')!
  // Lu et al. (2020): 4^-N (3 - 2^(1 - N)), exact at depth 3, and 1 - (1 - 2^-N)^2.
  expect(width3.ranges[0]).toEqual({ x: 3, low: expect.closeTo(2.75 / 64, 12), high: expect.closeTo(15 / 64, 12) })
})

it('shows how many starts are needed: ln 0.05 / ln p', () => {
  const { curves } = restartsCurves(cellsOf('restarts-needed'), 0.05)
  // A third collapses: ln 0.05 / ln(1/3) = 2.727, of 667 of 2,000.
  expect(curves[0]!.points[0]).toMatchObject({ x: 4, y: expect.closeTo(Math.log(0.05) / Math.log(667 / 2000), 12) })
  // Inactive, width 2, depth 4, zero biases: 1 - (1 - 1/16)^2 = 31/256.
  expect(curves[2]!.points[0]!.y).toBeCloseTo(Math.log(0.05) / Math.log(31 / 256), 12)
})

it('draws the greatest number of pieces, (N + 1)^(L - 1), and the linear law', () => {
  const documents = cellsOf('pieces-at-start').map(({ document }) => document)
  const { curves } = piecesLines({ title: '' }, documents)
  const at = (name: string, depth: number) => curves.find((curve) => curve.name === name && curve.group === 'width 8')!.points.find(({ x }) => x === depth)!.y!
  expect([at('maximum', 2), at('maximum', 3)]).toEqual([9, 81])
  // One layer: 1 + N (2 / pi) atan(a sigma_w / sigma_b), sigma_w = sqrt 2, sigma_b = 0.1, a = sqrt 3; two layers add twice as many.
  const added = 8 * (2 / Math.PI) * Math.atan(Math.sqrt(6) / 0.1)
  expect([at('expected at initialization', 2), at('expected at initialization', 3)]).toEqual([expect.closeTo(1 + added, 6), expect.closeTo(1 + 2 * added, 6)])
})

it('counts the constants of collapsed networks alone', () => {
  const [cell] = cellsOf('mean-or-median')
  const records = [0.7512, 0.7533, 1.0012, 7, -1].map((value) => ({ ...RECORD, value }))
  const alive = { ...RECORD, outcome: 'converged' as const }
  const { bounds, counts } = constantsHistogram([{ ...cell!, records: [...records, alive] }], [])
  const filled = counts.flatMap((count, bin) => (count > 0 ? [[bounds[bin], count]] : []))
  expect(filled).toEqual([[-Infinity, 1], [expect.closeTo(0.75, 12), 2], [expect.closeTo(1, 12), 1], [expect.closeTo(1.25, 12), 1]])
})

it('draws the units that end alive, by the sign of their output weight', async () => {
  const [cell] = cellsOf('condensation')
  const small = { ...cell!, spec: { ...cell!.spec, width: 3, training: { ...cell!.spec.training, steps: 4 } } }
  // w, b and a of three units and the output bias: at 45 degrees, dead on [-1, 1], and at 180 degrees with a negative weight.
  const given: NetworkSource = () => Promise.resolve(Float64Array.from([1, 1, -1, 1, -2, 0, 2, 1, -3, 0]))
  const { units } = await unitDirections(small, given)
  expect(units.map(({ group, trace }) => [group, trace.length, trace[0]!.angle, trace[0]!.radius])).toEqual([
    ['output weight above 0', 3, Math.PI / 4, 2 * Math.SQRT2],
    ['output weight below 0', 3, Math.PI, 3],
  ])
})

describe('verdicts', () => {
  it('show each comparison with its reference, and where that is not published', async () => {
    const { rows } = measuredVerdicts(await documentOfTarget('ten-layer-widths'))
    expect(rows[0]).toMatchObject({ name: 'width 10: below 1%', published: 'at most 1%', accept: [-Infinity, 0.01], numbers: 'percent' })
    expect(rows[1]).toMatchObject({ name: 'width 10, independent simulation', published: { value: 0.001293 } })
  })

  it('have a row for each target, of what failed first of all', async () => {
    const document = await documentOfTarget('ten-layer-widths')
    const failing = { ...document.measurements[2]!, verdict: 'fail' as const }
    const failed = { ...document, number: 1, verdict: 'fail' as const, measurements: document.measurements.with(2, failing) }
    const { rows } = allVerdicts([document, failed])
    expect(rows.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['1. ten-layer-widths (Lu 2020): width 5: above 10%', 'fail'],
      ['3. ten-layer-widths (Lu 2020): width 10: below 1%', 'pass'],
    ])
  })
})
