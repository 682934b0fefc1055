import assert from 'node:assert/strict'
import type { TrialBatch } from '../batch.ts'
import { END } from '../batch.ts'
import type { Engine } from '../engine.ts'
import { exampleSpec } from '../example-spec.ts'
import { layerLayouts } from '../network.ts'
import { fillPhilox } from '../random/philox.ts'
import { storedIn } from '../stored.ts'
import { trialBatch } from '../trial-batch.ts'
import type { NoiseSpec, NormalizationKind, Numerics, OptimizerSpec, TrainingSpec, TrialSpec } from '../trial.ts'
import { checkAgreements, OPTIMIZERS } from './agreement-checks.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { claims, train } from './conformance-check.ts'
import { laneOf, withInitial } from './lane.ts'

const NOISES: readonly NoiseSpec[] = (['relative', 'absolute'] as const).flatMap((kind) =>
  (['biases', 'all'] as const).map((parameters) => ({ kind, level: kind === 'relative' ? 0.5 : 0.01, parameters })),
)

/** What training with parameter noise promises (NUMERICS.md, 4 and 6). */
export function noiseChecks(engine: Engine, numerics: Numerics, reference: Engine): ConformanceCheck[] {
  const agreements = NOISES.map((noise) => ({
    name: `agrees with the reference for ${noise.kind} noise of ${noise.parameters === 'all' ? 'all parameters' : 'biases'}`,
    run: () => checkAgreements(engine, reference, specs(numerics, noise).filter((spec) => claims(engine, spec))),
  }))
  const others = {
    'adds level r and nothing else where the learning rate is 0': checkNoiseAlone,
    'certifies no death under absolute noise, which revives': checkRevival,
    'certifies deaths under relative noise, at the step without noise': checkFinalDeath,
  }
  return [...agreements, ...Object.entries(others).map(([name, check]) => ({ name, run: () => check(engine, numerics) }))].map(
    ({ name, run }) => ({ name: `${numerics}: ${name}`, run }),
  )
}

/** Full batch and minibatch for every optimizer, which take turns at the normalizations. */
function specs(numerics: Numerics, noise: NoiseSpec): TrialSpec[] {
  const normalizations: readonly (NormalizationKind | null)[] = ['batch', 'layer', null]
  return OPTIMIZERS.flatMap((optimizer, i) =>
    (['full', 37] as const).map((batch, j) => {
      const normalization = normalizations[i] ?? null
      return exampleSpec({
        numerics,
        width: 3 + 6 * j,
        network: { bias: { kind: 'normal', std: 0.1 }, ...(normalization === null ? {} : { normalization }) },
        problem: { points: 41, sampling: 'random' },
        training: { optimizer, batch, steps: 5, noise },
      })
    }),
  )
}

/** A power of two: level r + b is exact in binary64, but for `ieee-f64`, where it is the one sum that is rounded. */
const LEVEL = 2 ** -3

async function checkNoiseAlone(engine: Engine, numerics: Numerics): Promise<void> {
  const noise = { kind: 'absolute', level: LEVEL, parameters: 'biases' } as const
  const still: readonly OptimizerSpec[] = OPTIMIZERS.map((optimizer) => ({ ...optimizer, learningRate: 0 }))
  for (const optimizer of still) {
    const network = { bias: { kind: 'normal', std: 0.1 } } as const
    const training = { steps: 1, stopAtDeath: false, optimizer, noise }
    const batch = trialBatch(exampleSpec({ numerics, depth: 4, width: 5, network, training }), [0, 1, 2 ** 40 + 7])
    const { parameters } = await train(engine, batch)
    const expected = Array.from(batch.trials.keys()).flatMap((lane) => afterNoise(batch, lane))
    expected.forEach((value, i) => {
      assert.ok(Object.is(parameters[i], value), `parameter ${i}: ${parameters[i]} instead of ${value}, ${optimizer.kind}`)
    })
  }
}

/** The parameters of a trial whose biases get their noise once, word by word. */
function afterNoise({ initial, noiseKey, numerics, shape, trials }: TrialBatch, lane: number): number[] {
  const count = initial.length / trials.length
  const trial = trials[lane] ?? 0
  const words = new Uint32Array(4 * Math.ceil(count / 4))
  fillPhilox(words, words.length / 4, [0, 0, trial % 2 ** 32, Math.floor(trial / 2 ** 32)], noiseKey)
  const isBias = (i: number): boolean => layerLayouts(shape.sizes).some(({ biases, outputs }) => i >= biases && i < biases + outputs)
  return Array.from(initial.subarray(lane * count, (lane + 1) * count), (p, i) => {
    const r = ((words[i] ?? 0) >>> 8) / 2 ** 23 + 2 ** -24 - 1
    return isBias(i) ? storedIn(numerics)(p + LEVEL * r) : p
  })
}

/** Eight times f(x) = W2 relu(W1 x + b1) + b2 on [0, 1]. @param parameters [W1, b1, W2, b2] */
function units(numerics: Numerics, parameters: readonly number[], training: Partial<TrainingSpec>): TrialBatch {
  const spec = exampleSpec({ numerics, depth: 2, width: 1, problem: { domain: [0, 1], points: 40 }, training })
  const batch = trialBatch(spec, [0, 1, 2, 3, 4, 5, 6, 7], { trace: true })
  return withInitial(batch, Array.from(batch.trials).flatMap(() => parameters))
}

const STEPS = 400

/** relu(x - 10) is dead; noise of 2 takes its bias some 2 sqrt(400 / 3) = 23 up or down. */
async function checkRevival(engine: Engine, numerics: Numerics): Promise<void> {
  const noise = { kind: 'absolute', level: 2, parameters: 'biases' } as const
  const trained = await train(engine, units(numerics, [1, -10, 1, 3], { steps: STEPS, noise }))
  assert.ok(trained.end.every((end) => end === END.completed), `ends ${trained.end.join()}`)
  assert.ok(trained.endStep.every((step) => step === STEPS))
  assert.ok(trained.initialDeadLayer.every((layer) => layer === 1), 'the dead layer at step 0 is a fact')
  assert.ok(trained.firstDeadStep.every((step) => step === 0), 'a death was certified')
  assert.deepEqual(new Set(trained.deadLayer), new Set([0, 1]), 'not unlike enough: some revive and some are dead at the end')
  trained.deadLayer.forEach((layer, lane) => assert.equal(trained.deadPoints[lane] === 40, layer === 1, `trial ${lane}`))
  const on = await train(engine, units(numerics, [1, -10, 1, 3], { steps: STEPS, noise, stopAtDeath: false }))
  for (const lane of trained.end.keys()) assert.deepEqual(laneOf(trained, lane), laneOf(on, lane), 'stopAtDeath has an effect')
}

/** As without noise: one born dead ends at step 0, one that an error of 100 kills in its first step at step 256. */
async function checkFinalDeath(engine: Engine, numerics: Numerics): Promise<void> {
  const noise = { kind: 'relative', level: 0.25, parameters: 'all' } as const
  const born = await train(engine, units(numerics, [1, -10, 1, 3], { steps: STEPS, noise }))
  assert.ok(born.end.every((end) => end === END.bornDead), `ends ${born.end.join()}`)
  const optimizer = { kind: 'sgd', learningRate: 0.1, momentum: 0 } as const
  const died = await train(engine, units(numerics, [1, 0, 1, 100], { steps: STEPS, noise, optimizer }))
  died.end.forEach((end, lane) => {
    assert.deepEqual([end, died.firstDeadStep[lane], died.endStep[lane]], [END.died, 32, 256], `trial ${lane}`)
  })
}
