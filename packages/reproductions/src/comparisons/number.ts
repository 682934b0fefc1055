import { normalUpperQuantile } from '@collapsar/statistics'
import { POWER } from '../measurement.ts'
import type { Measurement, ReferenceKind, Verdict } from '../measurement.ts'
import { numberText } from './texts.ts'

/** A number measured with a standard error, of so many trials. */
export interface UncertainNumber {
  readonly value: number
  readonly standardError: number
  readonly trials: number
}

export interface NumberComparison {
  readonly what: string
  readonly measured: UncertainNumber
  readonly kind: ReferenceKind
  readonly reference: { readonly value: number; readonly standardError: number }
  readonly falseAlarm: number
  /** A deviation that would be another finding, in the unit of the number. */
  readonly material: number
}

const LEVEL = 0.95

/** Whether a mean or a slope of many trials agrees with its reference: both errors, by the normal law. */
export function compareNumber({ what, measured, kind, reference, falseAlarm, material }: NumberComparison): Measurement {
  const error = Math.hypot(measured.standardError, reference.standardError)
  const critical = normalUpperQuantile(falseAlarm / 2)
  const detectable = (critical + normalUpperQuantile(1 - POWER)) * error
  const deviates = Math.abs(measured.value - reference.value) > critical * error
  return {
    what,
    measured: measuredNumber(measured),
    reference: { kind, text: `${numberText(reference.value)}${errorText(reference.standardError)}`, value: reference.value },
    rule: `passes if it is within ${numberText(critical)} standard errors, and a deviation of ${numberText(material)} would not have been`,
    pValue: null,
    detectable: { below: detectable, above: detectable },
    verdict: deviates ? 'fail' : detectable <= material ? 'pass' : 'undecided',
  }
}

export interface NumberBandComparison {
  readonly what: string
  readonly measured: UncertainNumber
  readonly kind: ReferenceKind
  /** An end that is infinite is none. */
  readonly band: { readonly low: number; readonly high: number }
  readonly falseAlarm: number
  /** `sharp`, the default: passes once its interval is inside. `bound`, for a bound that may be tight: passes unless an end is violated. */
  readonly mode?: 'sharp' | 'bound'
}

/** Whether a mean or a slope lies in a range: fails when it is surely outside, passes when its 95% interval is inside. */
export function compareNumberBand({ what, measured, kind, band, falseAlarm, mode = 'sharp' }: NumberBandComparison): Measurement {
  const { value, standardError } = measured
  const critical = normalUpperQuantile(falseAlarm / 2)
  const seen = (critical + normalUpperQuantile(1 - POWER)) * standardError
  const shown = measuredNumber(measured)
  return {
    what,
    measured: shown,
    reference: { kind, text: bandText(band), range: [finite(band.low), finite(band.high)] },
    rule: `fails if it is ${numberText(critical)} standard errors outside the range, passes ${mode === 'bound' ? 'otherwise' : `if its ${100 * LEVEL}% interval is inside`}`,
    pValue: null,
    detectable: { below: Number.isFinite(band.low) ? seen : null, above: Number.isFinite(band.high) ? seen : null },
    verdict: verdictOfBand({ low: value - critical * standardError, high: value + critical * standardError }, mode === 'bound' ? band : shown, band),
  }
}

type Ends = { readonly low: number | null; readonly high: number | null }

function verdictOfBand(sure: Ends, shown: Ends, band: { readonly low: number; readonly high: number }): Verdict {
  if ((sure.low ?? band.low) > band.high || (sure.high ?? band.high) < band.low) return 'fail'
  return (shown.low ?? -Infinity) >= band.low && (shown.high ?? Infinity) <= band.high ? 'pass' : 'undecided'
}

function measuredNumber({ value, standardError, trials }: UncertainNumber): Measurement['measured'] {
  const half = normalUpperQuantile((1 - LEVEL) / 2) * standardError
  const ends = { estimate: finite(value), low: finite(value - half), high: finite(value + half) }
  return { unit: 'number', ...ends, level: LEVEL, method: 'normal', trials }
}

/** A mean of nothing, or a line through one point, is no number. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function errorText(standardError: number): string {
  return standardError === 0 ? ', exact' : `, standard error ${numberText(standardError)}`
}

function bandText({ low, high }: { readonly low: number; readonly high: number }): string {
  if (!Number.isFinite(low)) return `at most ${numberText(high)}`
  return Number.isFinite(high) ? `${numberText(low)} to ${numberText(high)}` : `at least ${numberText(low)}`
}
