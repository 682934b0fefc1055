import type { Numerics, TrialBatch } from '@collapsar/trial'
import { parameterCount } from '@collapsar/trial'
import type { TfjsBackendName } from './backend.ts'

/** A batch as far as it decides sizes: nothing here depends on which trials, or how many, are in it, as bits could then depend on it. */
export type Problem = Omit<TrialBatch, 'initial' | 'trials'>

/** How much goes through the networks at once. */
export interface StackSize {
  /** Most trials that are trained together. */
  readonly rows: number
  /** Most samples of an update in one pass. */
  readonly stepSamples: number
  /** Most points of a check in one pass. */
  readonly checkSamples: number
}

/** What one sample, forward and back, takes for each weight and for each unit, and what an update takes for each parameter, in nanoseconds. */
interface Pace {
  readonly weight: number
  readonly unit: number
  readonly parameter: number
}

/**
 * Of wasm and cpu measured on one core of a Zen 3 at 3.2 GHz. Of the native backends guessed, on the slow side: too small a stack wastes time,
 * too large a one holds the event loop.
 */
const PACES: Readonly<Record<TfjsBackendName, Pace>> = {
  'tfjs-node-gpu': { weight: 0.1, unit: 1, parameter: 5 },
  'tfjs-node': { weight: 2, unit: 15, parameter: 40 },
  'wasm': { weight: 4, unit: 22, parameter: 40 },
  'cpu': { weight: 80, unit: 700, parameter: 150 },
}

/** What one pass is to take, and may take: nothing interrupts it, and the event loop waits. */
const PASS_NS = 5e6
const MOST_PASS_NS = 25e6
/** Forward and back together, in passes forward. */
const FORWARDS = 3
/** Of a single network, which has a twin (`Stack`). */
const FEWEST_ROWS = 2
const MOST_ROWS = 1024
const MOST_STEPS = 2 ** 30

export function stackSize(problem: Problem, backend: TfjsBackendName): StackSize {
  const { points, shape, training } = problem
  const sampleNs = nsOfSample(problem, backend)
  const isWhole = shape.normalization === 'batch'
  const step = training.batch === 'full' ? points.count : training.batch
  const stepSamples = isWhole ? step : atLeastOne(step, PASS_NS / (FEWEST_ROWS * sampleNs))
  const longest = Math.max(stepSamples * sampleNs, nsOfParameters(problem, backend), isWhole ? (points.count * sampleNs) / FORWARDS : 0)
  const rows = atLeastOne(MOST_ROWS, PASS_NS / longest)
  if (training.batch === 'full') return { rows, stepSamples, checkSamples: stepSamples }
  const checkSamples = isWhole ? points.count : atLeastOne(points.count, (FORWARDS * PASS_NS) / (Math.max(rows, FEWEST_ROWS) * sampleNs))
  return { rows, stepSamples, checkSamples }
}

function atLeastOne(most: number, wanted: number): number {
  return Math.max(1, Math.min(most, Math.floor(wanted)))
}

function nsOfSample({ shape: { sizes } }: Problem, backend: TfjsBackendName): number {
  const { unit, weight } = PACES[backend]
  return sizes.slice(1).reduce((sum, units, l) => sum + units * (unit + weight * (sizes[l] ?? 0)), 0)
}

function nsOfParameters({ shape }: Problem, backend: TfjsBackendName): number {
  return parameterCount(shape) * PACES[backend].parameter
}

/** A condition and the sentence that says it is broken. */
type Limit = readonly [holds: boolean, reason: string]

/** `true`, or the first reason why TensorFlow.js cannot train such a batch here. */
export function supports(problem: Problem, options: { readonly backend: TfjsBackendName; readonly numerics: readonly Numerics[] }): true | string {
  const broken = limits(problem, options).find(([holds]) => !holds)
  return broken === undefined ? true : broken[1]
}

function limits(problem: Problem, { backend, numerics }: { readonly backend: TfjsBackendName; readonly numerics: readonly Numerics[] }): Limit[] {
  const { points, shape, training } = problem
  const { activation, sizes } = shape
  const parameters = parameterCount(shape)
  const mostParameters = Math.floor(MOST_PASS_NS / FEWEST_ROWS / PACES[backend].parameter)
  const { checkSamples, stepSamples } = stackSize(problem, backend)
  const sampleNs = FEWEST_ROWS * nsOfSample(problem, backend)
  const passNs = Math.max(stepSamples * sampleNs, (checkSamples * sampleNs) / FORWARDS)
  const mostSamples = Math.floor(MOST_PASS_NS / sampleNs)
  return [
    [numerics.includes(problem.numerics), `the TensorFlow.js engine has the numerics ${numerics.join(', ')}, not ${problem.numerics}`],
    [sizes[0] === points.inputDim && sizes.at(-1) === points.outputDim, 'the points do not fit the network'],
    [training.steps <= MOST_STEPS, `steps must be at most 2^30 on the TensorFlow.js engine, not ${training.steps}`],
    [activation.kind !== 'leaky-relu' || activation.leak > 0, 'leak must be positive'],
    [parameters <= mostParameters, `TensorFlow.js on ${backend} trains networks of up to ${mostParameters} parameters, not ${parameters}: the event loop would wait too long`],
    [passNs <= MOST_PASS_NS, `TensorFlow.js on ${backend} takes up to ${mostSamples} samples of such a network at once, not ${Math.max(stepSamples, checkSamples)}, all of which a batch normalization needs`],
  ]
}
