import { expect, test } from 'vitest'
import { bornDeadBounds } from './bounds.ts'
import { oneRayBornDead } from './one-ray.ts'
import { theory, theoryOfCells } from './theory.ts'
import type { TheoryCell } from './theory.ts'
import { twoRayBornDead } from './two-ray.ts'

const heNormal: TheoryCell = {
  inputDim: 1,
  depth: 10,
  width: 2,
  gaussianWeights: true,
  symmetricWeights: true,
  zeroBias: true,
  relu: true,
  raysOfInput: 'both',
}

test('simulates Gaussian weights on both rays, between the bounds', () => {
  const { bornDead } = theory(heNormal)
  const { estimate, standardError } = twoRayBornDead({ width: 2, maxDepth: 10 }).at(-1)!
  expect(bornDead).toEqual({
    ...bornDeadBounds({ ...heNormal, bothSigns: true }),
    exact: null,
    simulated: { estimate, standardError },
  })
})

test('is exact where there is a closed form, for any symmetric law', () => {
  const shallow = { ...heNormal, depth: 3, gaussianWeights: false }
  expect(theory(shallow).bornDead).toMatchObject({ exact: 0.15625, simulated: null })
  expect(theory({ ...heNormal, depth: 5, width: 1 }).bornDead).toMatchObject({ exact: 1 - 1 / 8, simulated: null })
})

test('is exact on one ray, in any dimension', () => {
  const exact = oneRayBornDead({ depth: 10, width: 2 })
  expect(theory({ ...heNormal, inputDim: 4, raysOfInput: 'one' }).bornDead).toEqual({
    lower: exact,
    upper: exact,
    exact,
    simulated: null,
  })
})

test('bounds from above only with many rays, or with symmetric biases', () => {
  const upper = oneRayBornDead({ depth: 10, width: 2 })
  const onlyUpper = { lower: null, upper, exact: null, simulated: null }
  expect(theory({ ...heNormal, inputDim: 2, raysOfInput: 'many' }).bornDead).toEqual(onlyUpper)
  expect(theory({ ...heNormal, zeroBias: false }).bornDead).toEqual(onlyUpper)
  expect(theory({ ...heNormal, zeroBias: false, raysOfInput: 'one' }).bornDead).toEqual(onlyUpper)
})

test('does not simulate a law that it does not know', () => {
  const { bornDead } = theory({ ...heNormal, gaussianWeights: false })
  expect(bornDead.simulated).toBeNull()
  expect(bornDead.lower).not.toBeNull()
})

test('says nothing of units that cannot die, or of asymmetric weights', () => {
  const nothing = { lower: null, upper: null, exact: null, simulated: null }
  expect(theory({ ...heNormal, relu: false }).bornDead).toEqual(nothing)
  expect(theory({ ...heNormal, symmetricWeights: false }).bornDead).toEqual(nothing)
})

test('bounds randomized asymmetric initialization from above, where some point has no negative coordinate', () => {
  const asymmetric = { ...heNormal, gaussianWeights: false, symmetricWeights: false, zeroBias: false, randomizedAsymmetric: true }
  // 1 - (3/4)(1 - 1/9)^8 at width 2 and depth 10.
  const upper = expect.closeTo(1 - 0.75 * (8 / 9) ** 8, 14)
  expect(theory({ ...asymmetric, nonnegativePoint: true }).bornDead).toMatchObject({ lower: null, upper })
  expect(theory(asymmetric).bornDead.upper).toBeNull()
})

test('gives a map the numbers of its cells', () => {
  const cells = [4, 9, 6].flatMap((depth) => [2, 3].map((width) => ({ ...heNormal, depth, width })))
  const options = { repetitions: 500, seed: 3 }
  expect(theoryOfCells(cells, options)).toEqual(cells.map((cell) => theory(cell, options)))
})
