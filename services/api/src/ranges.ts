import type { NumberRange } from '@collapsar/store'
import { CollapsarError, show } from '@collapsar/sweep'

/** A number in a query, and what it may be. */
export interface Bounds {
  /** The parameter, for the sentence of a refusal. */
  readonly name: string
  readonly minimum: number
  readonly maximum: number
}

export interface IntegerBounds extends Bounds {
  /** Where it stands in the request; in its query by default. */
  readonly part?: 'query' | 'path'
}

/**
 * Ranges as a query says them, both ends included: `10`, `2,4,8`, `10..` (to the maximum), `..4` (from the minimum), `2..5,10`.
 * @throws CollapsarError `invalid-request` for what lies outside of the bounds, for an empty range, and for no range at all
 */
export function rangesOf(text: string, bounds: Bounds): NumberRange[] {
  return text.split(',').map((part) => rangeOf(part, bounds))
}

export function rangeOf(text: string, { name, minimum, maximum }: Bounds): NumberRange {
  const [from = '', to] = text.split('..')
  const low = from === '' && to !== undefined ? minimum : numberOf(from)
  const high = to === undefined ? low : to === '' ? maximum : numberOf(to)
  if (text !== '..' && low >= minimum && high <= maximum && low <= high) return { low, high }
  const detail = `${name} is ${show(text)}; accepted: numbers from ${minimum} to ${maximum}, or ranges of them with the lower end first`
  throw new CollapsarError('invalid-request', `${detail}.`, { problems: [{ pointer: `/query/${name}`, detail }] })
}

/** NaN for none, which lies in no bounds. */
function numberOf(text: string): number {
  return text === '' ? Number.NaN : Number(text)
}

/** An integer up to a maximum; the pattern of the request has seen to its being an integer. @throws CollapsarError `invalid-request` */
export function boundedInteger(text: string | undefined, usual: number, { name, minimum, maximum, part = 'query' }: IntegerBounds): number {
  const value = text === undefined ? usual : Number(text)
  if (value >= minimum && value <= maximum) return value
  const detail = `${name} is ${show(text)}; accepted: an integer from ${minimum} to ${maximum}`
  throw new CollapsarError('invalid-request', `${detail}.`, { problems: [{ pointer: `/${part}/${name}`, detail }] })
}

/** Probabilities separated by commas. @throws CollapsarError `invalid-request` */
export function probabilitiesOf(text: string | undefined, name: string): readonly number[] | null {
  if (text === undefined) return null
  const values = text.split(',').map(numberOf)
  if (values.length <= MOST_LEVELS && values.every((value) => value > 0 && value < 1)) return values
  const detail = `${name} is ${show(text)}; accepted: at most ${MOST_LEVELS} numbers above 0 and below 1, separated by commas`
  throw new CollapsarError('invalid-request', `${detail}.`, { problems: [{ pointer: `/query/${name}`, detail }] })
}

/** As many as a sweep may decide: each is a line on a map. */
const MOST_LEVELS = 10
