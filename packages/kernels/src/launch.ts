import type { TrainedBatch, TrialBatch } from '@collapsar/trial'
import { allocateParameters, allocateTrained, END, parameterCount, storedIn } from '@collapsar/trial'
import { lastEntry, stepTable } from './optimizer.ts'
import type { TrainingKernel } from './training-kernel.ts'
import { EARLIER_TAKEN, MARK, MARKS, SLOT, SLOT_WORDS, WAITING } from './training-kernel.ts'

type Floats = Float32Array | Float64Array

/** Contents of the buffers of a training kernel that all slots share, as they are before the first launch; the shapes are those of BUFFERS. */
export interface BatchBuffers {
  readonly constants: Floats
  readonly networks: Floats
  readonly marks: Uint32Array
  readonly facts: Floats
  readonly trace: Floats
  readonly counters: Uint32Array
}

export function batchBuffers(batch: TrialBatch): BatchBuffers {
  const { initial, numerics, points, trace, training, trials } = batch
  const stored = storedIn(numerics)
  const floats = (length: number) => allocateParameters(numerics, length)
  return {
    constants: concatenated(floats, [points.inputs.map(stored), points.targets.map(stored), stepTable(training.optimizer, training.steps)]),
    networks: initial.slice(),
    marks: marksOf(trials),
    facts: floats(trials.length * factsOf(points.outputDim)),
    trace: floats(trace ? trials.length * (training.steps + 1) : 1).fill(Number.NaN),
    counters: new Uint32Array(2),
  }
}

/** The scalars of a launch, in the order of the kernel. @param rounds times that each slot makes up to 32 updates */
export function trainingScalars(batch: TrialBatch, rounds: number): readonly number[] {
  const { convergedLoss = 0, minibatchKey, noiseKey, points, training, trials } = batch
  const { count, inputDim, outputDim } = points
  const samples = training.batch === 'full' ? count : training.batch
  const targetsAt = count * inputDim
  return [
    trials.length,
    count,
    samples,
    training.steps,
    training.steps - Math.floor(training.steps / 5),
    rounds,
    targetsAt,
    targetsAt + count * outputDim,
    lastEntry(training.steps),
    ...minibatchKey,
    ...noiseKey,
    (training.loss === 'mse' ? 2 : 1) / (samples * outputDim),
    count * outputDim,
    batch.numerics === 'ieee-f64/1' ? convergedLoss : roundedDown(convergedLoss),
  ]
}

/** What came of a batch whose trials have all ended. */
export function trainedBatch(batch: TrialBatch, { facts, marks, networks, trace }: Pick<BatchBuffers, 'facts' | 'marks' | 'networks' | 'trace'>): TrainedBatch {
  const { points, shape, training } = batch
  const trials = batch.trials.length
  const outputs = points.outputDim
  const trained = allocateTrained(batch)
  trained.parameters.set(networks)
  if (batch.trace) trained.lossTrace?.set(trace.map(canonical))
  for (let row = 0; row < trials; row++) {
    const mark = (place: number) => marks[row * MARKS + place] ?? 0
    const fact = (place: number) => canonical(facts[row * factsOf(outputs) + place])
    const end = mark(MARK.end) & 0xff
    const takenEarlier = mark(MARK.end) >= EARLIER_TAKEN
    trained.end[row] = end
    trained.endStep[row] = mark(MARK.endStep)
    trained.initialDeadLayer[row] = mark(MARK.initialDeadLayer)
    trained.firstDeadStep[row] = mark(MARK.firstDeadStep)
    if (end === END.diverged) {
      writeDiverged(trained, row, { parameters: parameterCount(shape), outputs, endStep: mark(MARK.endStep), steps: training.steps })
    } else {
      trained.deadLayer[row] = mark(MARK.deadLayer)
      trained.deadPoints[row] = mark(MARK.deadPoints)
      trained.loss[row] = fact(0)
      for (let j = 0; j < outputs; j++) {
        trained.outputMin[row * outputs + j] = fact(2 + j)
        trained.outputMax[row * outputs + j] = fact(2 + outputs + j)
      }
    }
    trained.earlierLoss[row] = takenEarlier ? fact(1) : (trained.loss[row] ?? Number.NaN)
  }
  return trained
}

/** A NaN has the bits of its machine, and one recorded those of NUMERICS.md, 5. */
function canonical(value: number | undefined): number {
  return value === undefined || Number.isNaN(value) ? Number.NaN : value
}

/** What a diverged trial leaves is the same on every machine: canonical NaNs (NUMERICS.md, 6). */
function writeDiverged(
  trained: Pick<TrainedBatch, 'parameters' | 'loss' | 'outputMin' | 'outputMax' | 'lossTrace'>,
  row: number,
  { endStep, outputs, parameters, steps }: { readonly parameters: number; readonly outputs: number; readonly endStep: number; readonly steps: number },
): void {
  trained.parameters.fill(Number.NaN, row * parameters, (row + 1) * parameters)
  trained.loss[row] = Number.NaN
  trained.outputMin.fill(Number.NaN, row * outputs, (row + 1) * outputs)
  trained.outputMax.fill(Number.NaN, row * outputs, (row + 1) * outputs)
  trained.lossTrace?.fill(Number.NaN, row * (steps + 1) + endStep, (row + 1) * (steps + 1))
}

/** Numbers that are known of a trial in the end: loss, earlier loss, and the smallest and largest value of each output. */
export function factsOf(outputs: number): number {
  return 2 + 2 * outputs
}

/**
 * The words of slots that are to begin a trial; their floats may be any, as that sets them.
 * @param slots places where networks are trained side by side: a multiple of those that are interleaved
 */
export function waitingSlots(slots: number, { interleaved }: Pick<TrainingKernel, 'interleaved'>): Uint32Array {
  const words = new Uint32Array(SLOT_WORDS * slots)
  for (let slot = 0; slot < slots; slot++) {
    words[(Math.floor(slot / interleaved) * SLOT_WORDS + SLOT.row) * interleaved + (slot % interleaved)] = WAITING
  }
  return words
}

function marksOf(trials: Float64Array): Uint32Array {
  const marks = new Uint32Array(MARKS * trials.length)
  trials.forEach((trial, row) => {
    marks[row * MARKS + MARK.trialLow] = trial % 2 ** 32
    marks[row * MARKS + MARK.trialHigh] = Math.floor(trial / 2 ** 32)
  })
  return marks
}

function concatenated(floats: (length: number) => Floats, parts: readonly Float64Array[]): Floats {
  const joined = floats(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** The largest binary32 number not above `x`: a binary32 loss is at most the one exactly if it is at most the other. */
function roundedDown(x: number): number {
  const nearest = Math.fround(x)
  if (!(nearest > x)) return nearest
  const bits = new Uint32Array(Float32Array.of(nearest).buffer)
  bits[0] = (bits[0] ?? 0) - 1
  return new Float32Array(bits.buffer)[0] ?? 0
}
