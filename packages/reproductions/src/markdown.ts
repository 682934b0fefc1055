import type { ReproductionDocument } from './document.ts'
import type { Measurement } from './measurement.ts'
import { costText, detectableText, measuredText, paperText } from './report-text.ts'

/** One reproduction as a page. @param figure name of its picture beside the page; null without */
export function markdownOf(document: ReproductionDocument, figure: string | null): string {
  return [
    `# ${document.number}. ${document.title}`,
    '',
    `**${document.verdict}** (${document.size} size). ${paperText(document.paper)}, *${document.paper.title}*: ${document.item}.`,
    '',
    ...(figure === null ? [] : [`![${document.title}](${figure})`, '']),
    ...section('Published', document.published),
    ...section('Protocol', document.protocol),
    ...section('What of it is ours', document.assumptions),
    '## Measured',
    '',
    ...measuredTable(document.measurements),
    '',
    `The probability that any of these fails although nothing deviates is at most ${document.familyFalseAlarm}. "Would have seen": the smallest`,
    `deviation of the truth, downwards and upwards, that makes the comparison fail with probability ${document.power}.`,
    '',
    ...section('Where the numbers come from', [document.source]),
    ...section('Cost', [costText(document)]),
    `Digest \`${document.digest}\`, ${dayOf(document)}: \`${commandOf(document)}\``,
    '',
  ].join('\n')
}

function section(name: string, lines: readonly string[]): string[] {
  return [`## ${name}`, '', ...lines.map((line) => `- ${line}`), '']
}

function measuredTable(measurements: readonly Measurement[]): string[] {
  return [
    '| what | measured | reference | p | would have seen | verdict |',
    '|---|---|---|---|---|---|',
    ...measurements.map(({ what, measured, reference, pValue, detectable, verdict }) =>
      row([
        what,
        `${measuredText(measured)} of ${measured.trials.toLocaleString('en-US')}`,
        `${reference.kind}: ${reference.text}`,
        pValue === null ? '' : pValue.toPrecision(2),
        detectableText(detectable, measured.unit),
        verdict,
      ]),
    ),
  ]
}

/** The table of all reproductions, in the order of their numbers. */
export function indexOf(documents: readonly ReproductionDocument[]): string {
  return [
    '# Reproductions',
    '',
    'Each row is one command. `quick` rows are measured at a reduced size and see large deviations only; their pages say which.',
    '`npm run reproductions` measures every row at the full size, about two and a half hours on two cores, one of them for bias-updates.',
    '',
    '| # | target | paper | published | ours | verdict | size | digest | date | command |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...documents.toSorted((a, b) => a.number - b.number).map(indexRow),
    '',
  ].join('\n')
}

function indexRow(document: ReproductionDocument): string {
  return row([
    String(document.number),
    `[${document.title}](${document.name}.md)`,
    paperText(document.paper),
    document.published.join('; '),
    oursText(document.measurements),
    document.verdict,
    document.size,
    `\`${document.digest.slice(0, 12)}\``,
    dayOf(document),
    `\`${commandOf(document)}\``,
  ])
}

/** Measurements of which a cell of the table shows the numbers. */
const MOST_IN_ROW = 3

/** What is published is compared first, and shown first. */
function oursText(measurements: readonly Measurement[]): string {
  const passing = measurements.filter(({ verdict }) => verdict === 'pass').length
  const tally = `${passing} of ${measurements.length} comparisons pass`
  const published = measurements.filter(({ reference }) => reference.kind === 'published')
  const shown = published.length > 0 && published.length <= MOST_IN_ROW ? published : measurements.length <= MOST_IN_ROW ? measurements : []
  return [...shown.map(({ what, measured }) => `${what}: ${measuredText(measured)}`), tally].join('; ')
}

function dayOf({ run }: ReproductionDocument): string {
  return run.date.slice(0, 10)
}

function commandOf({ name, size }: ReproductionDocument): string {
  return `npx collapsar reproduce ${name}${size === 'quick' ? ' --quick' : ''}`
}

/** A bar inside a cell would end it. */
function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
