import type { TrialSpec } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { CollapsarError } from './errors.ts'
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

  it('allows minibatches of one sample with batch normalization, which make constants', () => {
    const fields = { network: { normalization: 'batch' }, training: { batch: 1 } }
    expect(parseSweep({ grid, inits: 1, ...fields }).cells[0]!.spec.training.batch).toBe(1)
  })

  it('knows formulas as targets, in their canonical form', () => {
    const problem = { target: 'expression', expression: 'abs(x1-x2)+sin(5*x1)', inputDim: 2, testPoints: 50 }
    expect(parseSweep({ grid, inits: 1, problem }).cells[0]!.spec.problem).toEqual({
      target: 'expression',
      expression: 'abs(x1 - x2) + sin(5 * x1)',
      inputDim: 2,
      points: 128,
      sampling: 'random',
      domain: [-Math.sqrt(3), Math.sqrt(3)],
      testPoints: 50,
    })
  })

  it('takes the points of five-points and the domain of each target', () => {
    const problemOf = (target: string) => parseSweep({ grid, inits: 1, problem: { target } }).cells[0]!.spec.problem
    expect(problemOf('five-points')).toEqual({ target: 'five-points', inputDim: 1, points: 5, sampling: 'grid', domain: [-1.25, 1.25] })
    expect(problemOf('sawtooth')).toMatchObject({ teeth: 4, points: 128, domain: [0, 1] })
    expect(problemOf('condensation')).toMatchObject({ domain: [-1, 1] })
  })

  it.each<[string, object, readonly unknown[], (spec: TrialSpec) => unknown]>([
    ['network.initScale', {}, [0.5, 2], ({ network }) => network.initScale],
    ['network.init.std', { network: { init: { kind: 'small', std: 1 } } }, [0.1, 0.2], ({ network }) => 'std' in network.initialization && network.initialization.std],
    ['network.init.variant', { network: { init: { kind: 'sawtooth' } } }, ['plain', 'lipschitz'], ({ network }) => 'variant' in network.initialization && network.initialization.variant],
    ['network.bias.std', { network: { bias: { kind: 'normal', std: 1 } } }, [0.1, 0.2], ({ network }) => 'std' in network.bias && network.bias.std],
    ['training.optimizer.learningRate', {}, [0, 0.1], ({ training }) => training.optimizer.learningRate],
    ['problem.points', {}, [16, 32], ({ problem }) => problem.points],
    ['problem.teeth', { problem: { target: 'sawtooth' } }, [2, 3], ({ problem }) => problem.teeth],
    ['problem.expression', { problem: { target: 'expression' } }, ['x1^2', 'abs(x1)'], ({ problem }) => problem.expression],
    ['problem.testPoints', {}, [10, 20], ({ problem }) => problem.testPoints],
    ['precision', {}, ['float16', 'float64'], ({ numerics }) => ({ 'f16/1': 'float16', 'ieee-f64/1': 'float64' })[numerics as 'f16/1']],
  ])('sweeps %s', (name, fields, values, read) => {
    const { cells } = parseSweep({ grid, inits: 1, ...fields, axes: { [name]: values } })
    expect(cells.map(({ spec }) => read(spec))).toEqual(values)
    expect(new Set(cells.map(({ cell }) => cell)).size).toBe(values.length)
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
    [{ grid, inits: 1, training: { optimizer: { kind: 'sgd', learningRate: -1 } } }, '/training/optimizer/learningRate', 'is -1; accepted: the learning rate: a number from 0'],
    [{ grid, inits: 1, network: { initScale: 0 } }, '/network/initScale', 'network.initScale is 0; accepted: the factor'],
    [{ grid, inits: 1, network: { initScale: '2' } }, '/network/initScale', 'network.initScale is "2"'],
    [{ grid, inits: 1, network: { init: { kind: 'orthogonal', gain: 1 } } }, '/network/init/gain', 'not a known field'],
    [{ grid, inits: 1, network: { init: { kind: 'orthogonal', variant: 'plain' } } }, '/network/init/variant', 'network.init.variant is not a known field; accepted: kind'],
    [{ grid, inits: 1, network: { init: { kind: 'sawtoth' } } }, '/network/init/kind', 'network.init.kind is "sawtoth"; accepted: one of small, randomized-asymmetric, sawtooth, he-normal'],
    [{ grid, inits: 1, network: { init: { std: 1 } } }, '/network/init/kind', 'network.init.kind is missing; accepted: one of small'],
    [{ grid, inits: 1, network: { init: { kind: 'small', std: 0 } } }, '/network/init/std', 'network.init.std is 0; accepted: the standard deviation'],
    [{ grid, inits: 1, network: { bias: { kind: 'cauchy', std: 1 } } }, '/network/bias/kind', 'network.bias.kind is "cauchy"; accepted: one of normal, uniform'],
    [{ grid, inits: 1, network: { init: 'sawtooth' } }, '/network/init', 'accepted: one of he-normal'],
    [{ grid, inits: 1, network: { init: { kind: 'sawtooth', variant: 'smooth' } } }, '/network/init/variant', 'is "smooth"; accepted: one of plain, lipschitz'],
    [{ grid, inits: 1, network: { init: { kind: 'sawtooth' }, initScale: 2 } }, '/network/init', 'its weights are given, leave out initScale (2)'],
    [{ grid, inits: 1, network: { init: { kind: 'sawtooth' }, activation: 'gelu' } }, '/network/init', 'needs the activation relu, not gelu'],
    [{ grid: { depth: 3, width: { from: 1, to: 4 } }, inits: 1, network: { init: { kind: 'sawtooth' } } }, '/network/init', 'depth and width of at least 2, not 3 and 1'],
    [{ grid, inits: 1, network: { init: { kind: 'sawtooth' } }, problem: { target: 'abs-2d', points: 9 } }, '/network/init', 'one input and one output; the problem has 2 and 2'],
    [{ grid, inits: 1, problem: { expression: 'x' } }, '/problem/expression', 'problem.expression is "x" but problem.target is abs; accepted: expression with'],
    [{ grid, inits: 1, problem: { target: 'expression' } }, '/problem/expression', 'problem.expression is missing'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: '' } }, '/problem/expression', 'problem.expression is ""; accepted: with the target expression'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: 'x1 + y' } }, '/problem/expression', 'at character 6, "y": expected x1, pi, e or one of abs'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: 'x2' } }, '/problem/expression', '"x2": expected x1'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: 'log(x)' } }, '/problem', 'expression "log(x1)" is not finite at (-1.718'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: 'x - x' } }, '/problem', 'is constant on the 128 training points'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: 'x1', inputDim: 9 } }, '/problem/inputDim', 'is 9; accepted'],
    [{ grid, inits: 1, problem: { target: 'expression', expression: 'x1', inputDim: 3, sampling: 'grid' } }, '/problem/points', 'a power of 3, such as 125'],
    [{ grid, inits: 1, problem: { teeth: 2 } }, '/problem/teeth', 'accepted: teeth with the target sawtooth only'],
    [{ grid, inits: 1, problem: { target: 'sawtooth', teeth: 0 } }, '/problem/teeth', 'is 0; accepted: with the target sawtooth'],
    [{ grid, inits: 1, problem: { target: 'sawtooth', teeth: 64 } }, '/problem', 'target sawtooth is constant on the 128'],
    [{ grid, inits: 1, problem: { testPoints: 1 } }, '/problem/testPoints', 'is 1; accepted: the size of a test set'],
    [{ grid, inits: 1, problem: { testPoints: 65_537 } }, '/problem/testPoints', 'is 65537'],
    [{ grid, inits: 1, axes: { 'problem.expression': ['x1', 'x1)'] }, problem: { target: 'expression' } }, '/problem/expression', '(at problem.expression = "x1)")'],
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
    [{ grid, inits: 1, engine: 'tpu' }, '/engine', 'accepted: one of auto, cpu'],
    [{ grid, inits: 1, seed: 2 ** 53 }, '/seed', 'seed is 9007199254740992'],
    [{ grid, inits: 1, axes: { 'grid.depth': [3] } }, '/axes/grid.depth', 'accepted: a dotted name below network'],
    [{ grid, inits: 1, axes: { '__proto__.x': [3] } }, '/axes/__proto__.x', 'accepted: a dotted name'],
    [{ grid, inits: 1, axes: { seed: [-1] } }, '/seed', 'seed is -1'],
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
