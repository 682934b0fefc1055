import { linearTicks, logTicks } from './ticks.ts'
import type { Numbers, Tick } from './ticks.ts'

/** What an axis shows. */
export interface Axis {
  /** With the unit in words or in brackets: `mean loss`, `time (s)`. */
  readonly label: string
  /** Default linear. */
  readonly scale?: 'linear' | 'log'
  /** Ends of the axis; by default they follow from the data. */
  readonly from?: number
  readonly to?: number
  /** How its numbers are written; default plain. */
  readonly numbers?: Numbers
}

/** Values to pixels. */
export interface Scale {
  readonly ticks: readonly Tick[]
  /** Null for what is not a finite number. Zero and less on a logarithmic axis stand at its lower end. */
  place(value: number): number | null
  /** Whether a value stands at the lower end of a logarithmic axis since it has no place on it. */
  isPinned(value: number): boolean
  /** Whether a finite value lies outside the axis. */
  isBeyond(value: number): boolean
}

interface ScaleOptions {
  readonly values: Iterable<number | null>
  /** Pixels of the two ends. */
  readonly range: readonly [number, number]
  /** About how many ticks. */
  readonly count: number
}

/**
 * The scale of an axis that shows all values, with a little space beyond them where the axis does not say where
 * it ends. Without any value it runs from 0 to 1, a logarithmic one from 0.1 to 10.
 * @throws RangeError where an end is not a number, not positive on a logarithmic axis, or not below the other.
 */
export function scaleOf(axis: Axis, { values, range, count }: ScaleOptions): Scale {
  const isLog = axis.scale === 'log'
  check(axis, isLog)
  const toLine = isLog ? Math.log10 : (value: number): number => value
  const domain = domainOf(axis, isLog, extentOf(values, isLog))
  const [low, high] = [toLine(domain[0]), toLine(domain[1])]
  const [start, end] = range
  const isPinned = (value: number): boolean => isLog && value <= 0
  return {
    ticks: (isLog ? logTicks : linearTicks)(domain, { count, numbers: axis.numbers ?? 'plain' }),
    isPinned,
    isBeyond: (value) => Number.isFinite(value) && !isPinned(value) && (value < domain[0] || value > domain[1]),
    place: (value) => {
      if (!Number.isFinite(value)) return null
      if (isPinned(value)) return start
      // Far outside the frame every place looks the same, and renderers overflow.
      const share = Math.min(3, Math.max(-2, (toLine(value) - low) / (high - low)))
      return start + share * (end - start)
    },
  }
}

function check({ from, to, label }: Axis, isLog: boolean): void {
  const accepted = isLog ? 'a positive number' : 'a number'
  for (const [end, value] of Object.entries({ from, to })) {
    const isWrong = value !== undefined && (!Number.isFinite(value) || (isLog && value <= 0))
    if (isWrong) throw new RangeError(`invalid ${end} of the axis "${label}": ${value} (accepted: ${accepted})`)
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw new RangeError(`invalid axis "${label}": from ${from} is not below to ${to}`)
  }
}

/** Least and most of the values that the axis can show; null without any. */
function extentOf(values: Iterable<number | null>, isLog: boolean): readonly [number, number] | null {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) {
    if (value === null || !Number.isFinite(value) || (isLog && value <= 0)) continue
    if (value < least) least = value
    if (value > most) most = value
  }
  return least > most ? null : [least, most]
}

/** Of the length of an axis, on either side of the data. */
const PADDING = 0.04

function domainOf({ from, to }: Axis, isLog: boolean, extent: readonly [number, number] | null): readonly [number, number] {
  const [least, most] = extent ?? (isLog ? [0.1, 10] : [0, 1])
  if (isLog) {
    const [low, high] = padded(Math.log10(from ?? Math.min(least, to ?? Infinity)), Math.log10(to ?? Math.max(most, from ?? 0)))
    return [from ?? 10 ** low, to ?? 10 ** high]
  }
  const [low, high] = padded(from ?? Math.min(least, to ?? Infinity), to ?? Math.max(most, from ?? -Infinity))
  return [from ?? low, to ?? high]
}

function padded(low: number, high: number): readonly [number, number] {
  const length = high - low
  const isPoint = length <= 1e-12 * Math.max(Math.abs(low), Math.abs(high))
  const space = isPoint ? Math.max(0.5, Math.abs(low) / 2) : PADDING * length
  return [low - space, high + space]
}
