import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { initialParameters } from '../initial-parameters.ts'
import { trialRecords } from '../measurements/trial-records.ts'
import { layerLayouts } from '../network.ts'
import { networkShape } from '../network-shape.ts'
import { createReferenceEngine } from '../reference-engine.ts'
import { targetOf } from '../targets/index.ts'
import { trialBatch } from '../trial-batch.ts'
import type { NetworkSpec, TrialSpec } from '../trial.ts'

type Variant = 'plain' | 'lipschitz'

const cell = (variant: Variant, hidden: number, changes: { width?: number; network?: Partial<NetworkSpec> } = {}): TrialSpec =>
  exampleSpec({
    depth: hidden + 1,
    width: changes.width ?? 2,
    network: { initialization: { kind: 'sawtooth', variant }, ...changes.network },
    problem: { target: 'square', domain: [0, 1] },
    training: { steps: 0 },
  })

/** The output of a relu network, written out here. */
function output(spec: TrialSpec, x: number): number {
  const parameters = initialParameters(spec, [0])
  let values = [x]
  for (const { inputs, outputs, weights, biases } of layerLayouts(networkShape(spec).sizes)) {
    const before = values
    values = Array.from({ length: outputs }, (_, j) =>
      before.reduce((z, h, k) => z + parameters[weights + j * inputs + k]! * (weights === 0 ? h : Math.max(h, 0)), parameters[biases + j]!),
    )
  }
  return values[0]!
}

async function piecesOf(spec: TrialSpec): Promise<number> {
  const engine = createReferenceEngine()
  const batch = trialBatch(spec, [0])
  const trained = await engine.train(batch, new AbortController().signal)
  await engine.close()
  return trialRecords(batch, trained, spec.problem.domain)[0]!.pieces
}

describe('sawtooth initialization', () => {
  // The target is computed without composition, by the fractional part; both are exact on these binary fractions.
  it.each([1, 2, 5, 10])('of %d hidden layers equals the triangle wave, to the bit', (hidden) => {
    const target = targetOf({ target: 'sawtooth', inputDim: 1, teeth: 2 ** (hidden - 1) })
    const value = new Float64Array(1)
    for (const width of [2, 5]) {
      for (let i = 0; i <= 4096; i += 7) {
        target.evaluate([i / 4096], value)
        expect(output(cell('plain', hidden, { width }), i / 4096)).toBe(value[0])
        expect(output(cell('lipschitz', hidden, { width }), i / 4096)).toBe(value[0]! / 2 ** hidden)
      }
    }
  })

  // Telgarsky 2015: g composed m times has 2^m pieces.
  it.each([1, 3, 8, 12])('of %d hidden layers has 2^m pieces on [0, 1]', async (hidden) => {
    expect(await piecesOf(cell('plain', hidden))).toBe(2 ** hidden)
    expect(await piecesOf(cell('lipschitz', hidden, { width: 3 }))).toBe(2 ** hidden)
  })

  it('is perturbed by a bias law, which is added', () => {
    const network = { bias: { kind: 'uniform', std: 1e-3 } } as const
    const f64 = { numerics: 'ieee-f64/1' } as const
    const plain = initialParameters({ ...cell('plain', 3, { width: 3 }), ...f64 }, [7])
    const perturbed = initialParameters({ ...cell('plain', 3, { width: 3, network }), ...f64 }, [7])
    const drawn = initialParameters({ ...cell('plain', 3, { width: 3, network: { ...network, initialization: { kind: 'he-normal' } } }), ...f64 }, [7])
    for (const { weights, biases, outputs } of layerLayouts([1, 3, 3, 3, 1])) {
      expect(perturbed.slice(weights, biases)).toEqual(plain.slice(weights, biases))
      for (let j = biases; j < biases + outputs; j++) {
        expect(drawn[j]).not.toBe(0)
        expect(perturbed[j]).toBe(drawn[j]! + plain[j]!)
      }
    }
  })

  it.each<[string, (spec: TrialSpec) => TrialSpec, string]>([
    ['two inputs', (spec) => ({ ...spec, problem: { ...spec.problem, target: 'abs-2d', inputDim: 2 } }), 'one input and one output; the problem has 2 and 2'],
    ['another activation', (spec) => ({ ...spec, network: { ...spec.network, activation: { kind: 'tanh' } } }), 'activation relu, not tanh'],
    ['normalization', (spec) => ({ ...spec, network: { ...spec.network, normalization: 'layer' } }), 'without normalization, not with layer'],
    ['a scale', (spec) => ({ ...spec, network: { ...spec.network, initScale: 2 } }), 'leave out initScale (2)'],
    ['width 1', (spec) => ({ ...spec, width: 1 }), 'depth and width of at least 2, not 4 and 1'],
  ])('is refused with %s', (_name, change, message) => {
    expect(() => initialParameters(change(cell('plain', 3)), [0])).toThrow(`invalid initialization sawtooth: it`)
    expect(() => initialParameters(change(cell('plain', 3)), [0])).toThrow(message)
  })
})
