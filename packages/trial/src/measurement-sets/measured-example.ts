import type { TrainingPoints } from '../batch.ts'
import { layerSizes } from '../network.ts'
import { createReferenceEngine } from '../reference-engine.ts'
import { outputDimOf, targetOf } from '../targets/index.ts'
import { trialBatch } from '../trial-batch.ts'
import type { TrialSpec } from '../trial.ts'
import type { ColumnArray, MeasurementSet, ObservedTrials } from './measurement-set.ts'

/** Trains trials with the reference engine, to the end and to each step that a set observes: for tests and examples. */
export async function observedExample(set: MeasurementSet, spec: TrialSpec, trials: readonly number[]): Promise<ObservedTrials> {
  const engine = createReferenceEngine()
  const trainedFor = (steps: number) => {
    const batch = trialBatch({ ...spec, training: { ...spec.training, steps } }, trials)
    return engine.train(batch, new AbortController().signal)
  }
  const trained = await trainedFor(spec.training.steps)
  const observed = []
  for (const steps of set.observes(spec)) observed.push(await trainedFor(steps))
  return { spec, batch: trialBatch(spec, trials), trained, observed }
}

/** Networks that are given by their parameters, [trial][parameter], trained as a spec says, on other points if they are given. */
export async function givenExample(spec: TrialSpec, networks: readonly (readonly number[])[], points?: TrainingPoints): Promise<ObservedTrials> {
  const outputs = points?.outputDim ?? outputDimOf(spec.problem)
  const sizes = layerSizes(spec.problem.inputDim, spec.depth, spec.width, outputs)
  const target = { ...spec, problem: { ...spec.problem, inputDim: targetOf(spec.problem).inputDim } }
  const drawn = trialBatch(target, networks.map((_, trial) => trial))
  const batch = {
    ...drawn,
    shape: { ...drawn.shape, sizes },
    points: points ?? drawn.points,
    initial: Float32Array.from(networks.flat()),
  }
  const trained = await createReferenceEngine().train(batch, new AbortController().signal)
  return { spec, batch, trained, observed: [] }
}

/** The columns of a set by their names. @throws Error unless each has the type and the length that the set states */
export function columnsByName(set: MeasurementSet, trials: ObservedTrials): Readonly<Record<string, ColumnArray>> {
  const measured = set.measure(trials)
  const stated = set.columns(trials.spec)
  if (measured.length !== stated.length) throw new Error(`${measured.length} columns, not ${stated.length}`)
  const kinds = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array }
  return Object.fromEntries(
    stated.map(({ name, size, type }, i) => {
      const column = measured[i]
      if (!(column instanceof kinds[type]) || column.length !== size * trials.batch.trials.length) {
        throw new Error(`${name}: ${column?.constructor.name} of ${column?.length}, not ${type} of ${size} a trial`)
      }
      return [name, column]
    }),
  )
}
