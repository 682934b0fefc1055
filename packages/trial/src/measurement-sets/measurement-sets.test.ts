import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { CLUSTER_ANGLES } from '../measurements/direction-clusters.ts'
import { trialRecords } from '../measurements/trial-records.ts'
import type { TrialSpec } from '../trial.ts'
import { MEASUREMENT_NAMES, measurementSets } from './index.ts'
import { logSpacedSteps } from './log-spaced-steps.ts'
import { columnsByName, observedExample } from './measured-example.ts'
import type { MeasurementName } from './measurement-set.ts'

const plane = { target: 'abs-2d', inputDim: 2, points: 16 } as const
const specs = {
  relu: exampleSpec({ width: 4, problem: { points: 16 }, training: { steps: 40 } }),
  leaky: exampleSpec({ width: 4, network: { activation: { kind: 'leaky-relu', leak: 0.1 } }, problem: { points: 16 }, training: { steps: 12 } }),
  tanh: exampleSpec({ depth: 2, network: { activation: { kind: 'tanh' } }, problem: { points: 16 }, training: { steps: 12 } }),
  batch: exampleSpec({ width: 4, network: { normalization: 'batch' }, problem: { points: 16 }, training: { steps: 12 } }),
  layer: exampleSpec({ width: 4, network: { normalization: 'layer' }, problem: { points: 16 }, training: { steps: 12 } }),
  plane: exampleSpec({ width: 5, problem: plane, training: { steps: 12 } }),
  planeBatch: exampleSpec({ width: 3, network: { normalization: 'batch' }, problem: plane, training: { steps: 4 } }),
  half: exampleSpec({ numerics: 'f16/1', width: 3, problem: { points: 16 }, training: { steps: 4 } }),
  // a rate of 1e20 drives every living network to infinity
  diverging: exampleSpec({
    width: 8,
    problem: { points: 16 },
    training: { steps: 12, optimizer: { kind: 'sgd', learningRate: 1e20, momentum: 0 } },
  }),
  untrained: exampleSpec({ problem: { points: 16 }, training: { steps: 0 } }),
}

describe('logSpacedSteps', () => {
  it('takes two steps a decade, all before the last', () => {
    expect(logSpacedSteps(3000)).toEqual([1, 3, 10, 30, 100, 300, 1000])
    expect(logSpacedSteps(3001)).toEqual([1, 3, 10, 30, 100, 300, 1000, 3000])
    expect([0, 1, 2, 4].map(logSpacedSteps)).toEqual([[], [], [1], [1, 3]])
  })
})

describe.each(MEASUREMENT_NAMES)('the measurement set %s', (name) => {
  const set = measurementSets[name]

  it.each(Object.entries(specs))('measures trials of kind %s in the columns it states, or says why not', async (_kind, spec) => {
    const applies = set.applies(spec)
    if (applies !== true) {
      expect(applies).toMatch(/^[a-z].{10,}$/)
      return
    }
    expect(set.name).toBe(name)
    expect(set.columns(spec).every(({ meaning, size }) => meaning.length > 10 && size > 0)).toBe(true)
    for (const { labels, size } of set.columns(spec)) if (labels !== undefined) expect([labels.length, new Set(labels).size]).toEqual([size, size])
    const trials = await observedExample(set, spec, [0, 1, 2, 3, 4, 5])
    const columns = columnsByName(set, trials)
    expect(Object.keys(columns).length).toBeGreaterThan(0)
  })

  it('measures a trial beside others as it measures it alone', async () => {
    for (const spec of [specs.relu, specs.plane]) {
      if (set.applies(spec) !== true) continue
      const together = columnsByName(set, await observedExample(set, spec, [4, 5, 6]))
      const alone = columnsByName(set, await observedExample(set, spec, [5]))
      for (const { name: column, size } of set.columns(spec)) {
        expect(together[column]!.slice(size, 2 * size)).toEqual(alone[column])
      }
    }
  })
})

describe('what a set refuses', () => {
  it.each([
    ['directions', specs.untrained, 'directions of a network that was never trained'],
    ['directions', specs.tanh, 'no directions apart from scales: tanh is not positively homogeneous'],
    ['directions', specs.layer, 'no directions: layer normalization depends on the input'],
    ['directions', exampleSpec({ depth: 1 }), 'no hidden layer: depth is 1'],
    ['traces', specs.untrained, 'traces of a network that was never trained'],
    ['traces', exampleSpec({ training: { steps: 1 } }), 'no step before the last to look at: steps is 1'],
    ['regions', specs.tanh, 'no affine pieces: tanh is smooth'],
    ['updates', specs.untrained, 'no update before the last to look at: steps is 0'],
    ['regions', exampleSpec({ problem: plane, network: { activation: { kind: 'gelu' } } }), 'no affine pieces: gelu is smooth'],
    ['regions', exampleSpec({ problem: plane, network: { normalization: 'layer' } }), 'no affine pieces: layer normalization is smooth'],
  ] as const)('%s: %#', (name, spec, reason) => {
    expect(measurementSets[name].applies(spec)).toBe(reason)
  })
})

describe('labels', () => {
  const labelsOf = (name: MeasurementName, column: string, spec: TrialSpec) => measurementSets[name].columns(spec).find((one) => one.name === column)?.labels
  const spec = exampleSpec({ depth: 4, training: { steps: 4 } })

  it('name the step of every moment', () => {
    for (const column of ['loss', 'deadLayer', 'pieces']) expect(labelsOf('traces', column, spec)).toEqual(['after 1 step', 'after 3 steps'])
    expect(labelsOf('directions', 'dead', spec)).toEqual(['after 1 step', 'after 3 steps', 'end'])
  })

  it('name angles and layers in the order of the numbers: [moment][angle], [moment][layer]', () => {
    const clusters = labelsOf('directions', 'clusters', spec)!
    expect(clusters).toHaveLength(3 * CLUSTER_ANGLES.length)
    expect(clusters[CLUSTER_ANGLES.length + CLUSTER_ANGLES.indexOf(5)]).toBe('5 degrees, after 3 steps')
    expect(labelsOf('directions', 'deeperClusters', spec)!.slice(-2)).toEqual(['layer 2, end', 'layer 3, end'])
    expect(labelsOf('updates', 'resting', spec)!.slice(0, 4)).toEqual(['layer 1, after 0 steps', 'layer 2, after 0 steps', 'layer 3, after 0 steps', 'layer 1, after 1 step'])
  })
})

describe('traces', () => {
  it('ends where the base record of a training of so many steps would', async () => {
    // an independent route: the records of trainings that end at the observed steps
    const set = measurementSets.traces
    const trials = await observedExample(set, specs.relu, [0, 1, 2, 3, 4, 5, 6, 7])
    const { deadLayer, loss, pieces } = columnsByName(set, trials)
    const { domain } = specs.relu.problem
    const steps = set.observes(specs.relu)
    expect(steps).toEqual([1, 3, 10, 30])
    for (const [moment, trained] of trials.observed.entries()) {
      const records = trialRecords(trials.batch, trained, domain)
      const at = records.map((_, lane) => lane * steps.length + moment)
      expect(at.map((i) => loss![i])).toEqual(records.map((record) => record.loss))
      expect(at.map((i) => pieces![i])).toEqual(records.map((record) => record.pieces))
      expect(at.map((i) => deadLayer![i])).toEqual(records.map((record) => record.deadLayer))
    }
    expect(new Set(pieces).size).toBeGreaterThan(2)
  })
})
