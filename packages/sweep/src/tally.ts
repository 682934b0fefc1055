import { OUTCOMES } from '@collapsar/trial'
import type { Outcome, TrialRecord } from '@collapsar/trial'
import { CollapsarError } from './errors.ts'

/**
 * Additive counts over trials: integers and extremes only, so that the sum does not depend on the order of arrival.
 * Histograms are sparse, [bin, count] with bins ascending; `lossBin` and pieces define the bins.
 */
export interface Tally {
  readonly trials: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** Sum of pieces over the trials for which pieces are defined; exact below 2^53. */
  readonly piecesSum: number
  /** Count per number of pieces; the key 0 counts trials without a piece count. */
  readonly pieces: ReadonlyMap<number, number>
  /** Count per `lossBin`. */
  readonly losses: ReadonlyMap<number, number>
  /** Smallest loss; +Infinity before the first finite one. */
  readonly bestLoss: number
}

export const EMPTY_TALLY: Tally = {
  trials: 0,
  outcomes: zeroOutcomes(),
  piecesSum: 0,
  pieces: new Map(),
  losses: new Map(),
  bestLoss: Infinity,
}

function zeroOutcomes(): Record<Outcome, number> {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>
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

function binEdge(bin: number): number {
  floatBits.setUint32(0, bin << MANTISSA_BITS_DROPPED)
  return floatBits.getFloat32(0)
}

export function tallyOf(records: readonly TrialRecord[]): Tally {
  const outcomes = zeroOutcomes()
  const pieces = new Map<number, number>()
  const losses = new Map<number, number>()
  let piecesSum = 0
  let bestLoss = Infinity
  for (const record of records) {
    outcomes[record.outcome] += 1
    piecesSum += record.pieces
    increment(pieces, record.pieces, 1)
    increment(losses, lossBin(record.loss), 1)
    if (record.loss < bestLoss) bestLoss = record.loss
  }
  return { trials: records.length, outcomes, piecesSum, pieces: sorted(pieces), losses: sorted(losses), bestLoss }
}

export function addTallies(tallies: Iterable<Tally>): Tally {
  const outcomes = zeroOutcomes()
  const pieces = new Map<number, number>()
  const losses = new Map<number, number>()
  let trials = 0
  let piecesSum = 0
  let bestLoss = Infinity
  for (const tally of tallies) {
    trials += tally.trials
    piecesSum += tally.piecesSum
    if (tally.bestLoss < bestLoss) bestLoss = tally.bestLoss
    for (const outcome of OUTCOMES) outcomes[outcome] += tally.outcomes[outcome]
    for (const [bin, count] of tally.pieces) increment(pieces, bin, count)
    for (const [bin, count] of tally.losses) increment(losses, bin, count)
  }
  return { trials, outcomes, piecesSum, pieces: sorted(pieces), losses: sorted(losses), bestLoss }
}

function increment(histogram: Map<number, number>, bin: number, count: number): void {
  histogram.set(bin, (histogram.get(bin) ?? 0) + count)
}

function sorted(histogram: Map<number, number>): Map<number, number> {
  return new Map([...histogram].toSorted((a, b) => a[0] - b[0]))
}

/** Type 7 median of a histogram whose bins stand for `valueOfBin(bin)`; null when it is empty. */
export function histogramMedian(
  histogram: ReadonlyMap<number, number>,
  valueOfBin: (bin: number) => number,
): number | null {
  const total = [...histogram.values()].reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const lower = valueAtRank(histogram, Math.floor((total - 1) / 2))
  const upper = valueAtRank(histogram, Math.floor(total / 2))
  return lower === upper ? valueOfBin(lower) : (valueOfBin(lower) + valueOfBin(upper)) / 2
}

function valueAtRank(histogram: ReadonlyMap<number, number>, rank: number): number {
  let below = 0
  for (const [bin, count] of histogram) {
    below += count
    if (rank < below) return bin
  }
  throw new RangeError(`invalid rank: ${rank}; the histogram holds ${below}`)
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
    yield histogram.size
    let previous = 0
    for (const [bin, count] of histogram) {
      yield bin - previous
      yield count
      previous = bin
    }
  }
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
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

function readVarint(reader: Reader): number {
  let value = 0
  let scale = 1
  for (;;) {
    const byte = reader.bytes[reader.offset]
    if (byte === undefined) throw new CollapsarError('damaged', 'A stored tally ends too early.')
    reader.offset += 1
    value += (byte & 127) * scale
    if (byte < 128) return value
    scale *= 128
  }
}

function readHistogram(reader: Reader): Map<number, number> {
  const size = readVarint(reader)
  const histogram = new Map<number, number>()
  let bin = 0
  for (let entry = 0; entry < size; entry += 1) {
    bin += readVarint(reader)
    histogram.set(bin, readVarint(reader))
  }
  return histogram
}
