import { CollapsarError, EMPTY_TALLY } from '@collapsar/sweep'
import type { Histogram, Tally } from '@collapsar/sweep'
import { OUTCOMES } from '@collapsar/trial'
import { BitReader, BitWriter } from './elias-gamma.ts'

/**
 * Tally of one block, as its row stores it. A block's histograms are nearly all gaps and counts of 1 to 3, so each
 * integer n is an Elias gamma code of n + 1 (or of n where n >= 1): about half the bytes of `encodeTally`, which
 * decides whether five rows fit on a page of the database or four. Order: trials, outcomes, sum of pieces, then for
 * pieces and losses the number of bins and per bin the distance from the bin before and the count; then, on a byte
 * boundary, the binary64 of the best loss.
 */
export function encodeBlockTally(tally: Tally): Uint8Array {
  const writer = new BitWriter()
  writer.write(tally.trials + 1)
  for (const outcome of OUTCOMES) writer.write(tally.outcomes[outcome] + 1)
  writer.write(tally.piecesSum + 1)
  writeHistogram(writer, tally.pieces)
  writeHistogram(writer, tally.losses)
  const bits = writer.bytes()
  const bytes = new Uint8Array(1 + bits.length + 8)
  bytes[0] = FORMAT
  bytes.set(bits, 1)
  new DataView(bytes.buffer).setFloat64(1 + bits.length, tally.bestLoss, true)
  return bytes
}

const FORMAT = 1

function writeHistogram(writer: BitWriter, { bins, counts }: Histogram): void {
  writer.write(bins.length + 1)
  let previous = -1
  for (const [index, bin] of bins.entries()) {
    writer.write(bin - previous)
    writer.write(counts[index] ?? 0)
    previous = bin
  }
}

/** @throws CollapsarError `damaged` when the bytes are not a block's tally. */
export function decodeBlockTally(bytes: Uint8Array): Tally {
  if (bytes[0] !== FORMAT || bytes.length < 9) {
    throw new CollapsarError('damaged', `The tally of a stored block has format ${bytes[0]}; this version reads ${FORMAT}.`)
  }
  const reader = new BitReader(bytes.subarray(1, bytes.length - 8))
  const trials = reader.read() - 1
  const outcomes = { ...EMPTY_TALLY.outcomes }
  for (const outcome of OUTCOMES) outcomes[outcome] = reader.read() - 1
  const piecesSum = reader.read() - 1
  const pieces = readHistogram(reader)
  const losses = readHistogram(reader)
  const view = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8)
  return { trials, outcomes, piecesSum, pieces, losses, bestLoss: view.getFloat64(0, true) }
}

function readHistogram(reader: BitReader): Histogram {
  const bins: number[] = []
  const counts: number[] = []
  const size = reader.read() - 1
  let bin = -1
  for (let entry = 0; entry < size; entry += 1) {
    bin += reader.read()
    bins.push(bin)
    counts.push(reader.read())
  }
  return { bins, counts }
}
