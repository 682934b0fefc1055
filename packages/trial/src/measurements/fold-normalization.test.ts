import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { createReferenceEngine } from '../reference-engine.ts'
import { eachOutput } from '../reference/evaluate.ts'
import { storedIn } from '../stored.ts'
import { trialBatch } from '../trial-batch.ts'
import { foldBatchNormalization, foldedShape } from './fold-normalization.ts'
import { countPieces } from './pieces.ts'
import { trialRecords } from './trial-records.ts'

const never = new AbortController().signal
const shape = { sizes: [1, 2, 1], activation: { kind: 'relu' }, normalization: 'batch' } as const

describe('a folded batch normalization', () => {
  // inputs -3 and 3 have mean 0 and variance 9: W1 = [1, -1] of deviation s = sqrt(9.00001) is divided by it
  const inputs = Float64Array.of(-3, 3)
  const s = Math.sqrt(9.00001)

  it('divides weights by the deviation and moves biases by the mean, by hand', () => {
    // b1 = [5, 0], which the mean takes away again; gamma = [2, 1], beta = [0.5, -1]
    const parameters = Float64Array.of(1, -1, 5, 0, 1, 1, 7, 2, 1, 0.5, -1)
    const expected = [2 / s, -1 / s, 0.5, -1, 1, 1, 7]
    foldBatchNormalization(shape, parameters, 0, inputs).forEach((p, i) => expect(p).toBeCloseTo(expected[i]!, 14))
  })

  it('has two pieces where both kinks are at 0, three where the shifts move them apart', () => {
    const piecesOf = (shift: number): number => {
      const parameters = Float64Array.of(1, -1, 0, 0, 1, 1, 0, 1, 1, -shift, -shift)
      return countPieces(foldedShape(shape), foldBatchNormalization(shape, parameters, 0, inputs), 0, [-3, 3]).pieces
    }
    expect([piecesOf(0), piecesOf(0.5), piecesOf(2)]).toEqual([2, 3, 1])
  })

  it.each(['ieee-f64/1', 'f16/1'] as const)('is the trained network on its points, in %s', async (numerics) => {
    const spec = exampleSpec({
      numerics,
      depth: 4,
      width: 5,
      network: { activation: { kind: 'leaky-relu', leak: 0.1 }, normalization: 'batch' },
      problem: { points: 41 },
      training: { steps: 40, batch: 13, optimizer: { kind: 'sgd', learningRate: 0.02, momentum: 0 } },
    })
    const batch = trialBatch(spec, [0, 1])
    const trained = await createReferenceEngine().train(batch, never)
    const count = trained.parameters.length / 2
    const points = batch.points.inputs.map(storedIn(numerics))
    for (const lane of [0, 1]) {
      const folded = foldBatchNormalization(batch.shape, trained.parameters, lane * count, points)
      const outputs: number[] = []
      eachOutput(foldedShape(batch.shape), folded, points, ([o = NaN]) => outputs.push(o))
      // binary16 stores outputs of 1 or so to 2^-11, hidden values alike
      const tolerance = numerics === 'f16/1' ? 0.02 : 1e-12
      expect(Math.abs(Math.min(...outputs) - trained.outputMin[lane]!)).toBeLessThan(tolerance)
      expect(Math.abs(Math.max(...outputs) - trained.outputMax[lane]!)).toBeLessThan(tolerance)
    }
  })
})

describe('records of normalized networks', () => {
  it.each([
    { normalization: 'batch', least: 2 },
    { normalization: 'layer', least: 0 },
  ] as const)('have pieces with $normalization normalization from $least on, and no death', async ({ normalization, least }) => {
    const spec = exampleSpec({ width: 4, network: { normalization }, training: { steps: 64 } })
    const batch = trialBatch(spec, [0, 1, 2])
    const records = trialRecords(batch, await createReferenceEngine().train(batch, never), spec.problem.domain)
    for (const record of records) {
      expect(record).toMatchObject({ deadLayer: 0, deathCheck: 0 })
      if (least === 0) expect(record.pieces).toBe(0)
      else expect(record.pieces).toBeGreaterThanOrEqual(least)
    }
  })
})
