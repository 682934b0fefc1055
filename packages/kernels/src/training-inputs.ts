import type { Float, Word } from './kernel.ts'
import type { ArrayOf, KernelBuilder } from './kernel-builder.ts'
import { BUFFERS, MARK, MARKS } from './training-kernel.ts'

export interface TrainingArrays {
  readonly constants: ArrayOf<'float'>
  readonly networks: ArrayOf<'float'>
  readonly memory: ArrayOf<'float'>
  readonly facts: ArrayOf<'float'>
  readonly trace: ArrayOf<'float'>
  readonly slots: ArrayOf<'word'>
  readonly marks: ArrayOf<'word'>
  readonly counters: ArrayOf<'word'>
}

export function trainingArrays(k: KernelBuilder): TrainingArrays {
  return {
    constants: k.buffer(BUFFERS.constants, 'float'),
    networks: k.buffer(BUFFERS.networks, 'float', 'write'),
    memory: k.buffer(BUFFERS.memory, 'float', 'write'),
    facts: k.buffer(BUFFERS.facts, 'float', 'write'),
    trace: k.buffer(BUFFERS.trace, 'float', 'write'),
    slots: k.buffer(BUFFERS.slots, 'word', 'write'),
    marks: k.buffer(BUFFERS.marks, 'word', 'write'),
    counters: k.buffer(BUFFERS.counters, 'word', 'counter'),
  }
}

export type TrainingScalars = ReturnType<typeof trainingScalars>

/** In the order in which a launch gives them. */
export function trainingScalars(k: KernelBuilder) {
  return {
    /** Number of trials. */
    trials: k.scalar('trials', 'word'),
    points: k.scalar('points', 'word'),
    /** Of a step. */
    samples: k.scalar('samples', 'word'),
    steps: k.scalar('steps', 'word'),
    /** The update, counted from 1, before which the earlier loss is taken. */
    earlierStep: k.scalar('earlier_step', 'word'),
    /** Times that a slot begins trials and makes up to 32 updates. */
    rounds: k.scalar('rounds', 'word'),
    /** Where targets and the optimizer's table begin. */
    targetsAt: k.scalar('targets_at', 'word'),
    tableAt: k.scalar('table_at', 'word'),
    /** Number of the table's last entry, which serves all later updates. */
    lastEntry: k.scalar('last_entry', 'word'),
    minibatchKey0: k.scalar('minibatch_key_0', 'word'),
    minibatchKey1: k.scalar('minibatch_key_1', 'word'),
    noiseKey0: k.scalar('noise_key_0', 'word'),
    noiseKey1: k.scalar('noise_key_1', 'word'),
    /** The factor C of the output derivative, and n c. */
    scale: k.scalar('scale', 'float'),
    divisor: k.scalar('divisor', 'float'),
    convergedLoss: k.scalar('converged_loss', 'float'),
  } as const
}

/** The entry of the optimizer's table for an update, counted from 0. */
export function tableEntry(k: KernelBuilder, { arrays, scalars, size }: { readonly arrays: TrainingArrays; readonly scalars: TrainingScalars; readonly size: number }, step: Word): Float[] {
  const { lastEntry, tableAt } = scalars
  const number = k.select(k.compare('less', step, lastEntry), step, lastEntry)
  const entryAt = k.addWords(tableAt, k.multiplyWords(number, k.word(size)))
  return Array.from({ length: size }, (_, i) => k.load(arrays.constants, entryAt, i))
}

/** Index of the trial in its cell, low and high word: what its random streams count by. */
export function trialWords(k: KernelBuilder, { marks }: TrainingArrays, row: Word): readonly [Word, Word] {
  const mark = k.multiplyWords(row, k.word(MARKS))
  return [k.load(marks, mark, MARK.trialLow), k.load(marks, mark, MARK.trialHigh)]
}

/** (2 (w >>> 8) + 1 - 2^24) / 2^24, every step exact (NUMERICS.md, 4, noise). */
export function noiseOfWord(k: KernelBuilder, word: Word): Float {
  return k.fma(k.convert(k.words('shiftRight', word, k.word(8))), k.float(2 ** -23), k.float(2 ** -24 - 1))
}

/** The smaller of two words. */
export function lesser(k: KernelBuilder, a: Word, b: Word): Word {
  return k.select(k.compare('less', a, b), a, b)
}

/** Slots whose numbers stand interleaved in memory, and one of them. */
export interface Slots {
  readonly slot: Word
  readonly interleaved: number
}

/** Where the numbers of a slot begin among those of all slots: [slot / interleaved][number][slot % interleaved]. */
export function placeOfSlot(k: KernelBuilder, { interleaved, slot }: Slots, numbers: number): Word {
  if (interleaved === 1) return k.multiplyWords(slot, k.word(numbers))
  const group = k.words('divide', slot, k.word(interleaved))
  const within = k.words('subtract', slot, k.multiplyWords(group, k.word(interleaved)))
  return k.addWords(k.multiplyWords(group, k.word(numbers * interleaved)), within)
}
