import type { FigureData, VerdictRow } from '@collapsar/report'
import type { ReproductionDocument } from '../document.ts'
import type { Measurement } from '../measurement.ts'
import { paperText, shownMeasurements } from '../report-text.ts'

/** Of a digest, as in other figures. */
const SHOWN_DIGITS = 12

type Verdicts = FigureData['verdicts']

/** The comparisons of one target, those that its text shows. */
export function measuredVerdicts({ title, paper, measurements, digest, size }: ReproductionDocument): Verdicts {
  const { shown, more } = shownMeasurements(measurements)
  return {
    title,
    subtitle: `${paperText(paper)}; ${size} size`,
    against: 'reference',
    rows: shown.map((measurement) => rowOf(referredName(measurement), measurement)),
    notes: more > 0 ? [`${more} more comparisons pass.`] : [],
    digest: digest.slice(0, SHOWN_DIGITS),
  }
}

/** One row for each target: its own verdict beside the comparison that is shown for it. */
export function allVerdicts(documents: readonly ReproductionDocument[]): Verdicts {
  return {
    title: 'Reproductions',
    subtitle: 'published numbers and ours; of each target the comparison that failed or stayed open, else the first one with what is published',
    rows: documents.toSorted((a, b) => a.number - b.number).flatMap(targetRow),
    notes: ['The verdict is that of all comparisons of a target; its own page lists them.'],
  }
}

function targetRow({ number, name, paper, measurements, verdict }: ReproductionDocument): VerdictRow[] {
  const shown =
    measurements.find((measurement) => measurement.verdict === verdict && verdict !== 'pass') ??
    measurements.find(({ reference }) => reference.kind === 'published') ??
    measurements[0]
  if (shown === undefined) return []
  const [firstAuthor = ''] = paper.authors.split(',')
  const row = rowOf(`${number}. ${name} (${firstAuthor} ${paper.year}): ${shown.what}`, shown)
  const { kind, text } = shown.reference
  // The column is that of published numbers.
  return [{ ...row, verdict, published: kind === 'published' ? row.published : `${kind}: ${text}` }]
}

/** With the origin of the reference, where that is not the paper and the name does not say it. */
function referredName({ what, reference: { kind } }: Measurement): string {
  return kind === 'published' || what.includes('simulation') ? what : `${what} (${kind})`
}

function rowOf(name: string, { measured, reference, verdict }: Measurement): VerdictRow {
  const { estimate, low, high, unit } = measured
  const [from = null, to = null] = reference.range ?? []
  return {
    name,
    published: reference.value === undefined ? reference.text : { value: reference.value },
    measured: estimate === null ? null : { value: estimate, ...(low !== null && high !== null && { low, high }) },
    accept: reference.range === undefined ? null : [from ?? -Infinity, to ?? Infinity],
    verdict,
    numbers: unit === 'share' ? 'percent' : 'plain',
  }
}
