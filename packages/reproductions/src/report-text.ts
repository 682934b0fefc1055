import { numberText, percentText } from './comparisons/texts.ts'
import type { ReproductionDocument } from './document.ts'
import type { Detectable, MeasuredValue, Measurement } from './measurement.ts'
import type { Paper } from './target.ts'

/** Measurements that a text shows; the others pass, and are counted. */
const MOST_SHOWN = 12

export function paperText({ authors, year, arxiv }: Paper): string {
  return `${authors} (${year}), arXiv:${arxiv}`
}

/** `92.6% [89.2, 95.2]`, or `0.287 [0.281, 0.293]`. */
export function measuredText({ unit, estimate, low, high }: MeasuredValue): string {
  if (estimate === null) return 'no trials'
  const text = unit === 'share' ? percentText : numberText
  const sign = unit === 'share' ? '%' : ''
  const interval = low === null || high === null ? '' : ` [${text(low)}, ${text(high)}]`
  return `${text(estimate)}${sign}${interval}`
}

/** `-3.1 or +2.9 points`; a side on which no deviation would be seen is left out. */
export function detectableText({ below, above }: Detectable, unit: MeasuredValue['unit']): string {
  const text = (value: number) => (unit === 'share' ? percentText(value) : numberText(value))
  const sides = [...(below === null ? [] : [`-${text(below)}`]), ...(above === null ? [] : [`+${text(above)}`])]
  if (sides.length === 0) return 'no deviation'
  return `${sides.join(' or ')}${unit === 'share' ? ' points' : ''}`
}

/** Those that do not pass, then those that came nearest to not passing; and how many more pass. */
export function shownMeasurements(measurements: readonly Measurement[]): { shown: readonly Measurement[]; more: number } {
  if (measurements.length <= MOST_SHOWN) return { shown: measurements, more: 0 }
  const troubled = measurements.filter(({ verdict }) => verdict !== 'pass')
  const passing = measurements.filter(({ verdict }) => verdict === 'pass').toSorted((a, b) => (a.pValue ?? 1) - (b.pValue ?? 1))
  const shown = [...troubled, ...passing.slice(0, Math.max(0, MOST_SHOWN - troubled.length))]
  return { shown: measurements.filter((measurement) => shown.includes(measurement)), more: measurements.length - shown.length }
}

/** What the command line prints of a reproduction. */
export function textOf(document: ReproductionDocument): string {
  const { shown, more } = shownMeasurements(document.measurements)
  return [
    `${document.number}. ${document.title}: ${document.verdict}`,
    ...field('paper', [`${paperText(document.paper)}: ${document.item}`]),
    ...field('source', [document.source]),
    ...field('published', document.published),
    ...field('protocol', document.protocol),
    ...field('ours', document.assumptions),
    ...field('measured', [...shown.flatMap(measurementLines), ...(more > 0 ? [`and ${more} more comparisons that pass`] : [])]),
    ...field('test', [
      `family-wise false-alarm rate ${document.familyFalseAlarm}; deviations are those seen with probability ${document.power}`,
    ]),
    ...field('cost', [costText(document)]),
    ...field('digest', [document.digest]),
    '',
  ].join('\n')
}

const NAME_WIDTH = 11

function field(name: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(NAME_WIDTH)}${line}`)
}

function measurementLines({ what, measured, reference, detectable, verdict, pValue }: Measurement): string[] {
  const probability = pValue === null ? '' : `, p = ${numberText(pValue)}`
  return [
    `${verdict.padEnd(9)} ${what}`,
    `${''.padEnd(9)}   ${measuredText(measured)} of ${measured.trials.toLocaleString('en-US')}; ${reference.kind}: ${reference.text}${probability}; ` +
      `would have seen ${detectableText(detectable, measured.unit)}`,
  ]
}

export function costText({ cost, run, size }: ReproductionDocument): string {
  const trials = cost.trials.toLocaleString('en-US')
  return `${size}: ${cost.cells} cells, ${trials} trials, ${cost.flops.toPrecision(2)} flop; ${run.trained.toLocaleString('en-US')} trained now in ${run.seconds.toFixed(1)} s`
}
