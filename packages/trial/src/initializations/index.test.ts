import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { initialParameters } from '../initial-parameters.ts'
import { layerLayouts } from '../network.ts'
import { networkShape } from '../network-shape.ts'
import type { InitializationSpec } from '../trial.ts'
import { initializationOf } from './index.ts'

interface Law {
  readonly spec: InitializationSpec
  readonly form: 'normal' | 'uniform' | 'mixture'
  readonly variance: (inputs: number, outputs: number) => number
}

/** Second moment of a N(0, s^2) entry that sqrt(U), of second moment 1/2, replaces with probability 1 / (fan_in + 1). */
const mixtureMoment = (inputs: number) => ((0.6007 ** 2 / inputs) * inputs + 0.5) / (inputs + 1)

/** Variances as published, see the source in each file; that of a uniform law on +-c is c^2 / 3. */
const laws: Readonly<Record<Exclude<InitializationSpec['kind'], 'orthogonal' | 'sawtooth'>, Law>> = {
  'he-normal': { spec: { kind: 'he-normal' }, form: 'normal', variance: (i) => 2 / i },
  'he-uniform': { spec: { kind: 'he-uniform' }, form: 'uniform', variance: (i) => 2 / i },
  'glorot-normal': { spec: { kind: 'glorot-normal' }, form: 'normal', variance: (i, o) => 2 / (i + o) },
  'glorot-uniform': { spec: { kind: 'glorot-uniform' }, form: 'uniform', variance: (i, o) => 2 / (i + o) },
  'lecun-normal': { spec: { kind: 'lecun-normal' }, form: 'normal', variance: (i) => 1 / i },
  'torch-default': { spec: { kind: 'torch-default' }, form: 'uniform', variance: (i) => 1 / (3 * i) },
  small: { spec: { kind: 'small', std: 1e-3 }, form: 'normal', variance: () => 1e-6 },
  'randomized-asymmetric': {
    spec: { kind: 'randomized-asymmetric', outputLayer: true },
    form: 'mixture',
    variance: mixtureMoment,
  },
}

const WIDTH = 6
const TRIALS = 4000

function cell(spec: InitializationSpec) {
  const kind = initializationOf(spec).drawsBiases ? 'initialization' : 'zero'
  return exampleSpec({
    width: WIDTH,
    network: { initialization: spec, bias: { kind } },
    problem: { target: 'abs-2d', inputDim: 2 },
  })
}

/** Weights, then biases, of every layer, pooled over the trials. */
function pooled(spec: InitializationSpec) {
  const { sizes } = networkShape(cell(spec))
  const parameters = initialParameters(cell(spec), Array.from({ length: TRIALS }, (_, trial) => trial))
  const stride = parameters.length / TRIALS
  const slice = (from: number, to: number) => [...parameters].filter((_, i) => i % stride >= from && i % stride < to)
  return layerLayouts(sizes).map((layout) => ({
    ...layout,
    weightValues: slice(layout.weights, layout.biases),
    biasValues: slice(layout.biases, layout.biases + layout.outputs),
  }))
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length

/*
 * Bounds at 1e-7 a statement for correct laws, some 50 statements: 5e-6 in all. X = ln(2 / 1e-7).
 * Normal: mean of n standard numbers, P(|mean| > sqrt(2 X / n)) <= 1e-7; chi-square (Laurent, Massart 2000, lemma 1),
 * P(|chi2 - n| > 2 sqrt(n X) + 2 X) <= 1e-7. Uniform: Hoeffding's inequality on [-1, 1] and, for squares, [0, 1].
 */
const X = Math.log(2 / 1e-7)

function expectLaw(values: readonly number[], form: 'normal' | 'uniform', variance: number): void {
  const n = values.length
  const unit = form === 'normal' ? Math.sqrt(variance) : Math.sqrt(3 * variance)
  const square = mean(values.map((x) => (x / unit) ** 2))
  expect(Math.abs(mean(values) / unit)).toBeLessThan(Math.sqrt((2 * X) / n))
  if (form === 'normal') expect(Math.abs(square - 1)).toBeLessThan((2 * Math.sqrt(n * X) + 2 * X) / n)
  else expect(Math.abs(square - 1 / 3)).toBeLessThan(Math.sqrt(X / (2 * n)))
}

describe.each(Object.values(laws))('initialization $spec.kind', ({ spec, form, variance }) => {
  const layers = pooled(spec)

  it('has the published moments in every layer', () => {
    if (form === 'mixture') return expectMixture(layers)
    for (const { inputs, outputs, weightValues, biasValues } of layers) {
      expectLaw(weightValues, form, variance(inputs, outputs))
      if (initializationOf(spec).drawsBiases) expectLaw(biasValues, form, variance(inputs, outputs))
      else expect(biasValues.every((b) => b === 0)).toBe(true)
    }
  })

  it('keeps uniform laws within their limits', () => {
    for (const { inputs, outputs, weightValues } of layers) {
      const limit = Math.sqrt(3 * variance(inputs, outputs))
      const outside = weightValues.filter((w) => Math.abs(w) > Math.fround(limit)).length
      if (form === 'uniform') expect(outside).toBe(0)
      else expect(outside).toBeGreaterThan(0)
    }
  })

  it('gives the same bits for the same seed and others for another', () => {
    const once = initialParameters(cell(spec), [3, 5])
    expect(initialParameters(cell(spec), [3, 5])).toEqual(once)
    expect(initialParameters({ ...cell(spec), seed: 1 }, [3, 5])).not.toEqual(once)
  })
})

/**
 * Weights and biases alike: mean (2/3) / (fan_in + 1). Entries of different rows are independent, those of one row are
 * not, so each position is tested on its own. Bounds of 6 standard deviations of a sum of at least 8,000 independent
 * terms with moments of every order: 2e-9 a statement by the normal approximation, 26 statements.
 */
function expectMixture(layers: ReturnType<typeof pooled>): void {
  for (const { inputs, weightValues, biasValues } of layers) {
    const expectedMean = 2 / 3 / (inputs + 1)
    const moment = mixtureMoment(inputs)
    const columns = Array.from({ length: inputs }, (_, k) => weightValues.filter((_w, i) => i % inputs === k))
    for (const values of [...columns, biasValues]) {
      expect(Math.abs(mean(values) - expectedMean)).toBeLessThan(6 * Math.sqrt(moment / values.length))
      const squareSd = Math.sqrt(mean(values.map((x) => x ** 4)))
      expect(Math.abs(mean(values.map((x) => x * x)) - moment)).toBeLessThan((6 * squareSd) / Math.sqrt(values.length))
    }
  }
}

describe('randomized asymmetric initialization', () => {
  const he = initialParameters(cell({ kind: 'he-normal' }), [0, 1])
  const shape = networkShape(cell({ kind: 'he-normal' }))
  const last = layerLayouts(shape.sizes).at(-1)!

  it('replaces exactly one position in every row of the normal draws, by a number in (0, 1]', () => {
    const spec = laws['randomized-asymmetric'].spec
    const drawn = initialParameters({ ...cell(spec), numerics: 'ieee-f64/1' }, [0])
    const normal = initialParameters(
      exampleSpec({
        ...cell({ kind: 'small', std: 0.6007 }),
        numerics: 'ieee-f64/1',
        network: { initialization: { kind: 'small', std: 0.6007 }, bias: { kind: 'normal', std: 0.6007 } },
      }),
      [0],
    )
    for (const { inputs, outputs, weights, biases } of layerLayouts(shape.sizes)) {
      for (let unit = 0; unit < outputs; unit++) {
        const row = [...Array(inputs).keys()].map((k) => weights + unit * inputs + k).concat(biases + unit)
        const changed = row.filter((i) => Math.abs(drawn[i]! * Math.sqrt(inputs) - normal[i]!) > 1e-12)
        expect(changed.length).toBe(1)
        expect(drawn[changed[0]!]).toBeGreaterThan(0)
        expect(drawn[changed[0]!]).toBeLessThanOrEqual(1)
      }
    }
  })

  it('leaves the output layer he-normal with zero biases if told so', () => {
    const spec = { kind: 'randomized-asymmetric', outputLayer: false } as const
    const drawn = initialParameters(cell(spec), [0, 1])
    const end = last.biases + last.outputs
    expect(drawn.slice(last.weights, end)).toEqual(he.slice(last.weights, end))
    expect(drawn.slice(0, last.weights)).not.toEqual(he.slice(0, last.weights))
  })
})

describe('small initialization', () => {
  it('refuses a standard deviation that is not positive', () => {
    expect(() => initializationOf({ kind: 'small', std: 0 })).toThrow('invalid std 0')
  })
})
