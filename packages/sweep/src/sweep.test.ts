import { measurementSets } from '@collapsar/trial'
import type { MeasurementName, TrialSpec } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { CollapsarError } from './errors.ts'
import { measureProblems } from './measure-problems.ts'
import { untilOf } from './sweep-file.ts'
import { blocksFor, parseSweep } from './sweep.ts'

const grid = { depth: 10, width: 2 }

function problemsOf(source: unknown): { pointer: string; detail: string }[] {
  try {
    parseSweep(source)
  } catch (error) {
    if (error instanceof CollapsarError && error.code === 'invalid-spec') return [...error.problems]
    throw error
  }
  return []
}

it('says once what is wrong at every value of an axis', () => {
  const problems = problemsOf({ grid, inits: 1, axes: { 'training.noise.level': [0.1, 1] } })
  const detail = 'training.noise.kind is missing; accepted: relative (to the update) or absolute (at training.noise.level = 0.1)'
  expect(problems).toEqual([{ pointer: '/training/noise/kind', detail }])
})

describe('a sweep file', () => {
  it('needs a grid and a number of initializations; the rest is the headline setting', () => {
    const [cell] = parseSweep({ grid, inits: 1000 }).cells
    expect(cell!.spec).toEqual({
      numerics: 'ieee-f32/1',
      seed: 0,
      depth: 10,
      width: 2,
      network: { activation: { kind: 'relu' }, initialization: { kind: 'he-normal' }, bias: { kind: 'zero' } },
      problem: { target: 'abs', inputDim: 1, points: 128, sampling: 'grid', domain: [-Math.sqrt(3), Math.sqrt(3)] },
      training: {
        loss: 'mse',
        optimizer: { kind: 'adam', learningRate: 0.001 },
        batch: 'full',
        steps: 3000,
        stopAtDeath: true,
      },
    })
  })

  it('lays its grid out by width, then depth, each value once', () => {
    const sweep = parseSweep({ grid: { depth: { from: 2, to: 7, step: 2 }, width: [3, 1, 3] }, inits: 1 })
    expect(sweep.cells.map(({ spec }) => [spec.width, spec.depth])).toEqual([
      [1, 2], [1, 4], [1, 6], [3, 2], [3, 4], [3, 6],
    ])
  })

  it('sweeps other fields by their dotted names and labels the cells', () => {
    const axes = { 'training.optimizer.learningRate': [0.1, 0.01], seed: [0, 1] }
    const sweep = parseSweep({ grid, inits: 1, axes, training: { optimizer: { kind: 'sgd' } } })
    expect(sweep.cells.map((cell) => cell.axes)).toEqual([
      { 'training.optimizer.learningRate': 0.1, seed: 0 },
      { 'training.optimizer.learningRate': 0.1, seed: 1 },
      { 'training.optimizer.learningRate': 0.01, seed: 0 },
      { 'training.optimizer.learningRate': 0.01, seed: 1 },
    ])
    expect(new Set(sweep.cells.map((cell) => cell.cell)).size).toBe(4)
    expect(sweep.cells[2]!.spec.training.optimizer).toEqual({ kind: 'sgd', learningRate: 0.01, momentum: 0 })
  })

  it('knows selu, huber, normalizations, stopping at convergence and reduced precisions, by axes too', () => {
    const axes = {
      'network.normalization': ['none', 'batch', 'layer'],
      'training.huberDelta': [0.5, 1],
      'training.stopWhenConverged': [true, false],
    }
    const fields = { precision: 'bfloat16', network: { activation: 'selu' }, training: { loss: 'huber' } }
    const sweep = parseSweep({ grid, inits: 1, axes, ...fields })
    expect(sweep.cells).toHaveLength(12)
    expect(sweep.cells[0]!.spec).toMatchObject({ numerics: 'bf16/1', network: { activation: { kind: 'selu' } } })
    expect(sweep.cells[0]!.spec.network).not.toHaveProperty('normalization')
    expect(sweep.cells[0]!.spec.training).toMatchObject({ loss: 'huber', huberDelta: 0.5, stopWhenConverged: true })
    expect(sweep.cells[11]!.spec.network).toMatchObject({ normalization: 'layer' })
    expect(sweep.cells[11]!.spec.training).toMatchObject({ huberDelta: 1 })
    expect(sweep.cells[11]!.spec.training).not.toHaveProperty('stopWhenConverged')
    const precisions = parseSweep({ grid, inits: 1, axes: { precision: ['float16', 'bfloat16', 'float64'] } })
    expect(precisions.cells.map(({ spec }) => spec.numerics)).toEqual(['f16/1', 'bf16/1', 'ieee-f64/1'])
  })

  it('knows parameter noise, of biases by default, and noise without training', () => {
    const optimizer = { kind: 'sgd', learningRate: -0 }
    const axes = { 'training.noise.level': [0.25, 0.5], 'training.noise.parameters': ['biases', 'all'] }
    const sweep = parseSweep({ grid, inits: 1, axes, training: { optimizer, noise: { kind: 'absolute', level: 1 } } })
    expect(sweep.cells.map(({ spec }) => spec.training.noise)).toEqual([
      { kind: 'absolute', level: 0.25, parameters: 'biases' },
      { kind: 'absolute', level: 0.25, parameters: 'all' },
      { kind: 'absolute', level: 0.5, parameters: 'biases' },
      { kind: 'absolute', level: 0.5, parameters: 'all' },
    ])
    expect(sweep.cells[0]!.spec.training.optimizer.learningRate).toBe(0)
    const noisy = { grid, inits: 1, training: { noise: { kind: 'relative', level: 0.001 } } }
    const named = { grid, inits: 1, training: { noise: { level: 0.001, kind: 'relative', parameters: 'biases' } } }
    const cellOf = (source: object) => parseSweep(source).cells[0]!.cell
    expect(cellOf(noisy)).toBe(cellOf(named))
    expect(cellOf(noisy)).not.toBe(cellOf({ grid, inits: 1 }))
    expect(parseSweep({ grid, inits: 1 }).cells[0]!.spec.training).not.toHaveProperty('noise')
  })

  it('allows minibatches of one sample with batch normalization, which make constants', () => {
    const fields = { network: { normalization: 'batch' }, training: { batch: 1 } }
    expect(parseSweep({ grid, inits: 1, ...fields }).cells[0]!.spec.training.batch).toBe(1)
  })

  it('takes equal values of an axis once', () => {
    expect(parseSweep({ grid, inits: 1, axes: { 'network.initScale': [1, 1.0, 2, 1] } }).cells).toHaveLength(2)
    expect(parseSweep({ grid, inits: 1, precision: 'float64', problem: { target: 'expression', expression: 'x1*1e30' } }).cells).toHaveLength(1)
  })

  it('asks for a first round where it is to decide levels', () => {
    const sweep = parseSweep({ grid, until: { decide: [0.1, 0.01, 0.1] } })
    expect(sweep).toMatchObject({ adaptive: true, cells: [{ inits: 100 }] })
    expect(sweep.cells[0]!.cell).toBe(parseSweep({ grid, inits: 5 }).cells[0]!.cell)
    expect(untilOf({ until: { decide: [0.1, 0.01, 0.1] } })).toEqual({
      decide: [0.01, 0.1], confidence: 0.95, maxInits: 100_000, maxDeviceSeconds: null,
    })
  })

  it('counts blocks of 100 trials, the last one begun', () => {
    expect([1, 100, 101, 1000].map(blocksFor)).toEqual([1, 1, 2, 10])
  })
})

describe('an invalid sweep file', () => {
  it.each([
    [{ grid: { depth: -1, width: 2 }, inits: 1 }, '/grid/depth', 'grid.depth is -1; accepted: number of affine layers: an integer from 2 to 200'],
    [{ grid: { depth: 1, width: 2 }, inits: 1 }, '/grid/depth', 'is 1; accepted'],
    [{ grid: { depth: 2.5, width: 2 }, inits: 1 }, '/grid/depth', 'is 2.5'],
    [{ grid: { depth: [4, 'x'], width: 2 }, inits: 1 }, '/grid/depth/1', 'grid.depth[1] is "x"; accepted: an integer from 2 to 200'],
    [{ grid: { depth: [], width: 2 }, inits: 1 }, '/grid/depth', 'is []'],
    [{ grid: { depth: { from: 9, to: 3 }, width: 2 }, inits: 1 }, '/grid', 'grid makes 0 cells'],
    [{ grid: { depth: 4, width: 1e9 }, inits: 1 }, '/grid/width', 'grid.width is 1000000000; accepted: units of every hidden layer: an integer from 1 to 256'],
    [{ grid: { depth: 4 }, inits: 1 }, '/grid/width', 'grid.width is missing'],
    [{ inits: 1 }, '/grid', 'grid is missing; accepted: { depth, width }'],
    [{ grid, inits: 0 }, '/inits', 'inits is 0'],
    [{ grid, inits: '10' }, '/inits', 'inits is "10"'],
    [{ grid, inits: null }, '/inits', 'inits is null'],
    [{ grid, inits: 1e10 }, '/inits', 'inits is 10000000000'],
    [{ grid, inits: NaN }, '/inits', 'accepted: trials of every cell'],
    [{ grid }, '/inits', 'inits is missing'],
    [{ grid, inits: 1, colour: 'red' }, '/colour', 'colour is not a known field; accepted: $schema, name, grid, inits'],
    [{ grid, inits: 1, problem: { target: 'sine' } }, '/problem/target', 'problem.target is "sine"; accepted: one of abs'],
    [{ grid, inits: 1, problem: { points: 1 } }, '/problem/points', 'is 1'],
    [{ grid, inits: 1, problem: { inputDim: 2 } }, '/problem/inputDim', 'accepted for the target abs: 1'],
    [{ grid, inits: 1, problem: { domain: [1, -1] } }, '/problem/domain', 'low < high'],
    [{ grid, inits: 1, problem: { sampling: 'directions' } }, '/problem/sampling', 'needs 2 inputs'],
    [{ grid, inits: 1, problem: { target: 'abs-2d', sampling: 'grid', points: 120 } }, '/problem/points', 'such as 121'],
    [{ grid, inits: 1, network: { init: 'xavier' } }, '/network/init', 'network.init is "xavier"'],
    [{ grid, inits: 1, network: { init: { kind: 'small' } } }, '/network/init/std', 'network.init.std is missing'],
    [{ grid, inits: 1, network: { leak: 0.1 } }, '/network/leak', 'leak with leaky-relu only'],
    [{ grid, inits: 1, network: { init: 'torch-default', bias: 'zero' } }, '/network/bias', 'draws the biases itself'],
    [{ grid, inits: 1, network: { init: 'randomized-asymmetric', bias: { kind: 'normal', std: 1 } } }, '/network/bias', 'draws the biases itself'],
    [{ grid, inits: 1, training: { steps: -1 } }, '/training/steps', 'is -1'],
    [{ grid, inits: 1, training: { optimizer: { kind: 'adam', momentum: 0.9 } } }, '/training/optimizer/momentum', 'momentum with sgd only'],
    [{ grid, inits: 1, training: { optimizer: { kind: 'sgd', learningRate: -0.1 } } }, '/training/optimizer/learningRate', 'is -0.1; accepted: the learning rate: a number from 0'],
    [{ grid, inits: 1, training: { noise: 0.1 } }, '/training/noise', 'training.noise is 0.1; accepted: { kind: relative | absolute, level, parameters'],
    [{ grid, inits: 1, training: { noise: { kind: 'gaussian', level: 1 } } }, '/training/noise/kind', 'training.noise.kind is "gaussian"; accepted: relative (to the update) or absolute'],
    [{ grid, inits: 1, training: { noise: { kind: 'absolute' } } }, '/training/noise/level', 'training.noise.level is missing; accepted: the level of the noise: a number above 0'],
    [{ grid, inits: 1, training: { noise: { kind: 'absolute', level: 0 } } }, '/training/noise/level', 'training.noise.level is 0; accepted: the level of the noise: a number above 0'],
    [{ grid, inits: 1, training: { noise: { level: 1 } } }, '/training/noise/kind', 'training.noise.kind is missing; accepted: relative'],
    [{ grid, inits: 1, training: { noise: { kind: 'absolute', level: 1, parameters: 'weights' } } }, '/training/noise/parameters', 'training.noise.parameters is "weights"; accepted: biases or all'],
    [{ grid, inits: 1, training: { noise: { kind: 'absolute', level: 1, std: 1 } } }, '/training/noise/std', 'training.noise.std is not a known field; accepted: kind, level, parameters'],
    [{ grid, inits: 1, axes: { 'training.noise.level': [0.1, -1] }, training: { noise: { kind: 'absolute', level: 1 } } }, '/training/noise/level', 'training.noise.level is -1'],
    [{ grid, inits: 1, precision: 'float8' }, '/precision', 'accepted: one of float32, float64, float16, bfloat16'],
    [{ grid, inits: 1, numerics: 'f16' }, '/numerics', 'accepted: one of ieee-f32/1, ieee-f64/1, f16/1, bf16/1'],
    [{ grid, inits: 1, precision: 'float16', numerics: 'bf16/1' }, '/numerics', 'give one of the two'],
    [{ grid, inits: 1, network: { activation: 'swish' } }, '/network/activation', 'is "swish"; accepted: one of relu, leaky-relu, elu, selu'],
    [{ grid, inits: 1, network: { normalization: 'group' } }, '/network/normalization', 'is "group"; accepted: one of none, batch, layer'],
    [{ grid, inits: 1, training: { loss: 'hinge' } }, '/training/loss', 'is "hinge"; accepted: one of mse, mae, huber'],
    [{ grid, inits: 1, training: { huberDelta: 2 } }, '/training/huberDelta', 'training.huberDelta is 2 but training.loss is mse'],
    [{ grid, inits: 1, training: { loss: 'huber', huberDelta: 0 } }, '/training/huberDelta', 'is 0; accepted: where the loss huber'],
    [{ grid, inits: 1, training: { stopWhenConverged: 'yes' } }, '/training/stopWhenConverged', 'is "yes"; accepted: true or false'],
    [{ grid, inits: 1, precision: 'float32', numerics: 'ieee-f64/1' }, '/numerics', 'give one of the two'],
    [{ grid, inits: 1, engine: 'tpu' }, '/engine', 'accepted: one of auto, cpu, cuda, webgpu, tfjs'],
    [{ grid, inits: 1, engine: 'webgpu' }, '/engine', 'engine is webgpu, which does not offer ieee-f32/1; accepted with it: auto, cpu, cuda; with webgpu: numerics webgpu-f32/1'],
    [{ grid, inits: 1, engine: 'tfjs', precision: 'float16' }, '/engine', 'engine is tfjs, which does not offer f16/1; accepted with it: auto, cpu, cuda; with tfjs: numerics tfjs-f32/1'],
    [{ grid: { depth: [3, 50], width: [4, 81] }, inits: 1, numerics: 'tfjs-f32/1' }, '/grid', 'grid has a network of 319060 parameters, at depth 50 and width 81; accepted with tfjs-f32/1: at most 312500'],
    [{ grid, inits: 1, engine: 'cpu', numerics: 'webgpu-f32/1' }, '/engine', 'engine is cpu, which does not offer webgpu-f32/1; accepted with it: auto, webgpu'],
    [{ grid, inits: 1, tags: ['a b'] }, '/tags/0', 'tags[0] is "a b"; accepted: a tag of 1 to 64 characters'],
    [{ grid, inits: 1, tags: ['a', 'a'] }, '/tags', 'without repetition'],
    [{ grid, inits: 1, tags: Array.from({ length: 21 }, (_, i) => `${i}`) }, '/tags', 'at most 20 tags'],
    [{ grid, inits: 1, priority: 11 }, '/priority', 'priority is 11; accepted: an integer from -10 to 10'],
    [{ grid, inits: 1, seed: 2 ** 53 }, '/seed', 'seed is 9007199254740992'],
    [{ grid, inits: 1, axes: { 'grid.depth': [3] } }, '/axes/grid.depth', 'accepted: a dotted name below network'],
    [{ grid, inits: 1, axes: { '__proto__.x': [3] } }, '/axes/__proto__.x', 'accepted: a dotted name'],
    [{ grid, inits: 1, axes: { seed: [-1] } }, '/seed', 'seed is -1'],
    [{ grid, inits: 1, until: { decide: [0.1] } }, '/until', 'until stands beside inits; accepted: one of the two'],
    [{ grid, until: {} }, '/until/decide', 'until.decide is missing; accepted: a list of 1 to 10 probabilities'],
    [{ grid, until: { decide: [] } }, '/until/decide', 'is []; accepted: a list'],
    [{ grid, until: { decide: [0.1, 1] } }, '/until/decide/1', 'until.decide[1] is 1; accepted: a probability above 0 and below 1'],
    [{ grid, until: { decide: [0.1], confidence: 1 } }, '/until/confidence', 'is 1; accepted: a number from 0.5'],
    [{ grid, until: { decide: [0.1], maxInits: 50 } }, '/until/maxInits', 'is 50; accepted: most trials of a cell, a multiple of 100'],
    [{ grid, until: { decide: [0.1], maxInits: 150 } }, '/until/maxInits', 'is 150; accepted'],
    [{ grid, until: { decide: [0.1], maxDeviceSeconds: 0 } }, '/until/maxDeviceSeconds', 'is 0'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: 'x1*1e39' } }, '/problem', 'which ieee-f32/1 cannot store'],
    [{ grid, inits: 1, precision: 'float16', problem: { target: 'expression', expression: 'x1*1e5' } }, '/problem', 'which f16/1 cannot store'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: 'x1*1e30' } }, '/problem', 'is above what binary32 holds'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: 'x1*1e-30' } }, '/problem', 'is below what binary32 holds'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: 'x' }, axes: { 'problem.expression': ['x1+1', 'x1 + 1'] } }, '/axes', 'axes make one cell twice'],
    [[], '', 'the document is []'],
    [null, '', 'the document is null'],
    ['grid', '', 'the document is "grid"'],
  ])('%j is refused at %s', (source, pointer, detail) => {
    const problems = problemsOf(source)
    expect(problems.map((problem) => problem.pointer)).toContain(pointer)
    expect(problems.find((problem) => problem.pointer === pointer)!.detail).toContain(detail)
  })

  it.each([
    { init: { kind: 'sawtooth', variant: 'smooth' } },
    { init: { kind: 'sawtoth' } },
    { init: { kind: 'orthogonal', gain: 1 } },
    { init: { kind: 'small', std: 'x' } },
    { initScale: -1 },
  ])('is told once what is wrong with %j', (network) => {
    expect(problemsOf({ grid, inits: 1, network })).toHaveLength(1)
  })

  it('is told everything that is wrong at once', () => {
    const problems = problemsOf({ grid: { depth: 0, width: 'x' }, training: { steps: 1.5, batch: 'half' }, hello: 1 })
    expect(problems.map((problem) => problem.pointer).toSorted()).toEqual([
      '/grid/depth', '/grid/width', '/hello', '/inits', '/training/batch', '/training/steps',
    ])
  })

  it('is refused before anything of its size is allocated', () => {
    const started = performance.now()
    const depth = { from: 2, to: 200 }
    const width = { from: 1, to: 256 }
    expect(problemsOf({ grid: { depth, width }, inits: 1e9 })[0]!.detail).toContain('grid makes 50944 cells')
    const values = Array.from({ length: 1000 }, (_, index) => index)
    expect(problemsOf({ grid, inits: 1, axes: { seed: values, 'training.steps': values } })[0]!.detail).toContain('1000000 combinations')
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('measure', () => {
  it('lists what is measured, and changes no cell', () => {
    const plain = parseSweep({ grid, inits: 1 })
    const measuring = parseSweep({ grid, inits: 1, measure: ['facts'] })
    expect([plain.measure, measuring.measure]).toEqual([[], ['facts']])
    expect(measuring.cells).toEqual(plain.cells)
  })

  it.each([
    [['facts', 'facts'], '/measure', /^measure is \["facts","facts"\]; accepted: a list without repetition of .*facts/],
    [['facts', 'moods'], '/measure/1', /^measure\[1\] is "moods"; accepted: one of .*facts/],
    ['facts', '/measure', /^measure is "facts"; accepted: a list/],
    [{ facts: true }, '/measure', /^measure is \{"facts":true\}; accepted: a list/],
  ])('refuses %j', (measure, pointer, detail) => {
    expect(problemsOf({ grid, inits: 1, measure })).toEqual([{ pointer, detail: expect.stringMatching(detail) }])
  })

  it('refuses a set that says nothing of one of the cells, with its reason', () => {
    const picky = { ...measurementSets.facts, applies: ({ depth }: TrialSpec) => depth < 4 || 'deep networks have no moods' }
    Object.assign(measurementSets, { picky })
    try {
      const [problem] = measureProblems(['picky' as MeasurementName], parseSweep({ grid: { depth: [3, 4, 5], width: 2 }, inits: 1 }).cells)
      expect(problem).toEqual({
        pointer: '/measure/0',
        detail: 'measure[0] is "picky", which does not apply at depth 4 and width 2: deep networks have no moods',
      })
    } finally {
      Reflect.deleteProperty(measurementSets, 'picky')
    }
  })
})
