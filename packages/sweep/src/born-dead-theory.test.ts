import { initialParameters, layerLayouts, networkShape, trainingPoints } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'
import { expect, it } from 'vitest'
import { bornDeadTheory } from './born-dead-theory.ts'
import { expectedWork } from './expected-work.ts'
import { trialFlops } from './cost.ts'
import { parseSweep } from './sweep.ts'

const specOf = (network: object, fields: object = {}) =>
  parseSweep({ grid: { depth: 5, width: 1 }, inits: 1, network, ...fields }).cells[0]!.spec
const nothing = { lower: null, upper: null, exact: null, simulated: null }

it('says nothing of networks that cannot be born dead: normalized ones, and those without relu', () => {
  // width 1, both signs: 1 - 2^-(L - 2)
  expect(bornDeadTheory(specOf({})).exact).toBeCloseTo(1 - 2 ** -3, 14)
  for (const network of [{ normalization: 'batch' }, { normalization: 'layer' }, { activation: 'selu' }]) {
    expect(bornDeadTheory(specOf(network))).toEqual(nothing)
  }
})

it('expects every normalized trial to be trained', () => {
  const spec = specOf({ normalization: 'batch' })
  expect(expectedWork(spec, 10)).toEqual({ mean: 10 * trialFlops(spec), variance: 0 })
})

/** Whether some hidden layer of a relu network is zero on all points, written out here. */
function isBornDead(spec: TrialSpec, trial: number): boolean {
  const parameters = initialParameters(spec, [trial])
  const { inputs: points, inputDim } = trainingPoints(spec.problem, spec.seed)
  let values = Array.from({ length: points.length / inputDim }, (_, i) => [...points.subarray(i * inputDim, (i + 1) * inputDim)])
  return layerLayouts(networkShape(spec).sizes).slice(0, -1).some(({ inputs, outputs, weights, biases }) => {
    values = values.map((h) =>
      Array.from({ length: outputs }, (_, j) => {
        const z = h.reduce((sum, x, k) => sum + parameters[weights + j * inputs + k]! * x, parameters[biases + j]!)
        return Math.max(z, 0)
      }),
    )
    return values.every((h) => h.every((x) => x === 0))
  })
}

// Bounds of 6 standard deviations of a binomial over 4,000 networks: 2e-9 a statement.
it('bounds orthogonal networks from above, is exact on one ray, and claims nothing of two', () => {
  const share = (spec: TrialSpec) => Array.from({ length: 4000 }, (_, trial) => trial).filter((trial) => isBornDead(spec, trial)).length / 4000
  const deviation = (p: number) => 6 * Math.sqrt((p * (1 - p)) / 4000)
  const grid = { depth: 4, width: 2 }
  const oneRay = 1 - (1 - 2 ** -2) ** 3

  const ray = specOf({ init: 'orthogonal' }, { grid, problem: { domain: [1, 2], points: 4 } })
  expect(bornDeadTheory(ray).exact).toBeCloseTo(oneRay, 14)
  expect(Math.abs(share(ray) - oneRay)).toBeLessThan(deviation(oneRay))

  for (const fields of [{ problem: { points: 4 } }, { problem: { target: 'abs-2d', points: 16 } }]) {
    const spec = specOf({ init: 'orthogonal', bias: 'zero' }, { grid, ...fields })
    const { upper, ...rest } = bornDeadTheory(spec)
    expect(rest).toEqual({ lower: null, exact: null, simulated: null })
    expect(upper).toBeCloseTo(oneRay, 14)
    expect(share(spec)).toBeLessThan(oneRay)
  }

  // the exact value of independent rows at depth 3, 2^(1-2N) + (1 - 2^(1-N)) 4^-N, is not that of orthogonal ones, 2^(1-2N)
  const two = { grid: { depth: 3, width: 2 }, problem: { points: 4 } }
  expect(bornDeadTheory(specOf({}, two)).exact).toBeCloseTo(5 / 32, 14)
  expect(Math.abs(share(specOf({ init: 'orthogonal' }, two)) - 1 / 8)).toBeLessThan(deviation(1 / 8))
  expect(expectedWork(specOf({ init: 'orthogonal' }, two), 10).variance).toBe(0)
})

it('says nothing of the sawtooth, and the same at any scale', () => {
  const sawtooth = specOf({ init: { kind: 'sawtooth', variant: 'lipschitz' } }, { grid: { depth: 5, width: 2 } })
  expect(bornDeadTheory(sawtooth)).toEqual(nothing)
  expect(bornDeadTheory(specOf({ initScale: 0.1 }))).toEqual(bornDeadTheory(specOf({})))
})

it('looks at the points of a grid, which may lie on one side of 0 though the domain does not', () => {
  const coarse = specOf({}, { problem: { domain: [-1, 100], points: 2 } })
  expect(bornDeadTheory(coarse).exact).toBeCloseTo(1 - 2 ** -4, 14)
  expect(bornDeadTheory(specOf({}, { problem: { domain: [-1, 100], points: 200 } })).exact).toBeCloseTo(1 - 2 ** -3, 14)
})

it('sees many rays in the plane of an expression', () => {
  const fields = { problem: { target: 'expression', expression: 'x1*x2', inputDim: 2 } }
  expect(bornDeadTheory(specOf({}, fields))).toMatchObject({ lower: null, exact: null, simulated: null, upper: 1 - 2 ** -4 })
})

it('bounds randomized asymmetric networks from above, well over what was simulated', () => {
  // Simulated independently with 1e5 networks of width 2 on 101 points of [-sqrt 3, sqrt 3].
  for (const [depth, simulated] of [[5, 0.0559], [10, 0.2346], [20, 0.5265], [30, 0.7061]] as const) {
    const { spec } = parseSweep({ grid: { depth, width: 2 }, inits: 1, network: { init: 'randomized-asymmetric' } }).cells[0]!
    const { upper, exact, lower } = bornDeadTheory(spec)
    expect(upper).toBeCloseTo(1 - 0.75 * (8 / 9) ** (depth - 2), 12)
    expect(upper!).toBeGreaterThan(simulated)
    expect([exact, lower]).toEqual([null, null])
  }
})

it('does not call a handful of random points both signs', () => {
  const problem = { sampling: 'random', points: 8 }
  expect(bornDeadTheory(specOf({}, { problem }))).toMatchObject({ exact: null, lower: null })
  expect(bornDeadTheory(specOf({}, { problem: { ...problem, points: 100 } })).exact).toBeCloseTo(1 - 2 ** -3, 14)
})
