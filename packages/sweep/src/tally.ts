import { OUTCOMES } from '@collapsar/trial'
import type { Outcome, TrialRecord } from '@collapsar/trial'
import { CollapsarError } from './errors.ts'
import { addHistograms, EMPTY_HISTOGRAM, histogramOf } from './histogram.ts'
import type { Histogram } from './histogram.ts'

/**
 * Additive counts over trials: integers and extremes only, so that the sum does not depend on the order of arrival.
 */
export interface Tally {
  readonly trials: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** Sum of pieces over the trials for which pieces are defined; exact below 2^53. */
  readonly piecesSum: number
  /** By number of pieces; the bin 0 counts trials without a piece count. */
  readonly pieces: Histogram
  /** By `lossBin`. */
  readonly losses: Histogram
  /** Smallest loss; +Infinity before the first finite one. */
  readonly bestLoss: number
}

const NO_OUTCOMES = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>

export const EMPTY_TALLY: Tally = {
  trials: 0,
  outcomes: zeroOutcomes(),
  piecesSum: 0,
  pieces: EMPTY_HISTOGRAM,
  losses: EMPTY_HISTOGRAM,
  bestLoss: Infinity,
}

function zeroOutcomes(): Record<Outcome, number> {
  return { ...NO_OUTCOMES }
}

const MANTISSA_BITS_DROPPED = 18
const NAN_BIN = 0xffff

const floatBits = new DataView(new ArrayBuffer(4))

/**
 * Bin of a loss: the sign-free top 14 bits of its binary32 form, that is 32 bins per factor of two, each at most
 * 3.2% wide. NaN has a bin of its own, above all others.
 */
export function lossBin(loss: number): number {
  if (Number.isNaN(loss)) return NAN_BIN
  floatBits.setFloat32(0, loss)
  return floatBits.getUint32(0) >>> MANTISSA_BITS_DROPPED
}

/** The loss that stands for a bin: the middle of its edges; NaN for the bin of NaN. */
export function lossOfBin(bin: number): number {
  if (bin === NAN_BIN) return NaN
  return (binEdge(bin) + binEdge(bin + 1)) / 2
}

/** A loss of this bin lies in [low, high); NaN for the bin of NaN, and above the bin of infinity. */
export function lossBinEdges(bin: number): readonly [low: number, high: number] {
  return bin === NAN_BIN ? [NaN, NaN] : [binEdge(bin), binEdge(bin + 1)]
}

function binEdge(bin: number): number {
  floatBits.setUint32(0, bin << MANTISSA_BITS_DROPPED)
  return floatBits.getFloat32(0)
}

export function tallyOf(records: readonly TrialRecord[]): Tally {
  return tallyOfColumns({
    outcome: records.map((record) => OUTCOMES.indexOf(record.outcome)),
    loss: records.map((record) => record.loss),
    pieces: records.map((record) => record.pieces),
  })
}

/** What is counted of trials, [trial]; as in `RecordColumns`. */
export interface TalliedColumns {
  readonly outcome: ArrayLike<number>
  readonly loss: ArrayLike<number>
  readonly pieces: ArrayLike<number>
}

/** The same of the records of so many trials column by column. */
export function tallyOfColumns({ outcome, loss, pieces }: TalliedColumns): Tally {
  const trials = outcome.length
  const counts = new Uint32Array(OUTCOMES.length)
  const lossBins = new Uint32Array(trials)
  let piecesSum = 0
  let bestLoss = Infinity
  for (let trial = 0; trial < trials; trial += 1) {
    const own = loss[trial] ?? NaN
    const code = outcome[trial] ?? 0
    counts[code] = (counts[code] ?? 0) + 1
    lossBins[trial] = lossBin(own)
    piecesSum += pieces[trial] ?? 0
    if (own < bestLoss) bestLoss = own
  }
  const outcomes = Object.fromEntries(OUTCOMES.map((name, code) => [name, counts[code] ?? 0])) as Record<Outcome, number>
  return { trials, outcomes, piecesSum, pieces: histogramOf(pieces), losses: histogramOf(lossBins), bestLoss }
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const outcomes = zeroOutcomes()
  let trials = 0
  let piecesSum = 0
  let bestLoss = Infinity
  for (const tally of tallies) {
    trials += tally.trials
    piecesSum += tally.piecesSum
    if (tally.bestLoss < bestLoss) bestLoss = tally.bestLoss
    for (const outcome of OUTCOMES) outcomes[outcome] += tally.outcomes[outcome]
  }
  const pieces = addHistograms(tallies.map((tally) => tally.pieces))
  const losses = addHistograms(tallies.map((tally) => tally.losses))
  return { trials, outcomes, piecesSum, pieces, losses, bestLoss }
}

const TALLY_FORMAT = 1

/** Serialized: a list of LEB128 integers (see `tallyIntegers`) after one format byte, then the binary64 of the best loss. */
export function encodeTally(tally: Tally): Uint8Array {
  const bytes: number[] = [TALLY_FORMAT]
  for (const integer of tallyIntegers(tally)) pushVarint(bytes, integer)
  const best = new Uint8Array(8)
  new DataView(best.buffer).setFloat64(0, tally.bestLoss, true)
  return Uint8Array.from([...bytes, ...best])
}

function* tallyIntegers(tally: Tally): Generator<number> {
  yield tally.trials
  for (const outcome of OUTCOMES) yield tally.outcomes[outcome]
  yield tally.piecesSum
  for (const histogram of [tally.pieces, tally.losses]) {
    yield histogram.bins.length
    let previous = 0
    for (const [index, bin] of histogram.bins.entries()) {
      yield bin - previous
      yield histogram.counts[index] ?? 0
      previous = bin
    }
  }
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value
  while (rest >= CONTINUED) {
    bytes.push((rest % CONTINUED) + CONTINUED)
    rest = Math.floor(rest / CONTINUED)
  }
  bytes.push(rest)
}

export function decodeTally(bytes: Uint8Array): Tally {
  if (bytes[0] !== TALLY_FORMAT) {
    throw new CollapsarError('damaged', `A stored tally has format ${bytes[0]}; this version reads ${TALLY_FORMAT}.`)
  }
  const reader = { bytes, offset: 1 }
  const trials = readVarint(reader)
  const outcomes = zeroOutcomes()
  for (const outcome of OUTCOMES) outcomes[outcome] = readVarint(reader)
  const piecesSum = readVarint(reader)
  const pieces = readHistogram(reader)
  const losses = readHistogram(reader)
  const view = new DataView(bytes.buffer, bytes.byteOffset + reader.offset, 8)
  return { trials, outcomes, piecesSum, pieces, losses, bestLoss: view.getFloat64(0, true) }
}

interface Reader {
  readonly bytes: Uint8Array
  offset: number
}

/** A byte of a LEB128 integer from which on another byte follows. */
const CONTINUED = 128

function readVarint(reader: Reader): number {
  const first = reader.bytes[reader.offset]
  if (first === undefined) throw new CollapsarError('damaged', 'A stored tally ends too early.')
  reader.offset += 1
  return first < CONTINUED ? first : first - CONTINUED + CONTINUED * readVarint(reader)
}

/** A map reads hundreds of thousands of these integers: nearly all fit one byte, and are read without a call. */
function readHistogram(reader: Reader): Histogram {
  const size = readVarint(reader)
  const { bytes } = reader
  const bins: number[] = []
  const counts: number[] = []
  let bin = 0
  for (let entry = 0; entry < size; entry += 1) {
    const distance = bytes[reader.offset] ?? CONTINUED
    if (distance < CONTINUED) reader.offset += 1
    bin += distance < CONTINUED ? distance : readVarint(reader)
    const count = bytes[reader.offset] ?? CONTINUED
    if (count < CONTINUED) reader.offset += 1
    bins.push(bin)
    counts.push(count < CONTINUED ? count : readVarint(reader))
  }
  return { bins, counts }
}
