import { contourQuestion, contoursDocument, contoursOfMap, mapsOf } from '@collapsar/report'
import type { CellMap } from '@collapsar/report'
import type { MapContours } from '@collapsar/sweep'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { AXES_OPTIONS, axesOf, JSON_OPTION } from '../options.ts'
import { withInstallation } from '../installation/with-installation.ts'

/** Where P(collapse) crosses levels. */
export const contours: Command = {
  name: 'contours',
  summary: 'say where P(collapse) crosses levels: what is shown, what was observed, and what a smooth fit guesses',
  positionals: ['ID'],
  options: {
    levels: { type: 'string', value: 'P,...', description: 'probabilities above 0 and below 1 (default: what the sweep decides, else 0.01,0.1)' },
    confidence: { type: 'string', value: 'C', description: "confidence of each verdict (default: the sweep's own, else 0.95)" },
    monotone: { type: 'boolean', value: null, description: 'suppose that collapse grows with depth and falls with width; verdicts never do' },
    ...AXES_OPTIONS,
    json: JSON_OPTION,
  },
  run: async ({ positionals, options, configuration, terminal, log }) => {
    const [levels, confidence] = [options.probabilities('levels'), options.probability('confidence')]
    return withInstallation({ configuration, log }, async (installation) => {
      const document = await installation.surface(positionals[0] ?? '')
      const asked = { levels, confidence, monotone: options.flag('monotone') }
      await terminal.data(
        options.flag('json')
          ? `${JSON.stringify(contoursDocument(document, axesOf(options), asked), null, 2)}\n`
          : mapsOf(document, axesOf(options))
              .map((map) => contoursText({ map, answer: contoursOfMap(map, contourQuestion(document, asked)) }))
              .join('\n'),
      )
      return EXIT.ok
    })
  },
}

interface AnsweredMap {
  readonly map: CellMap
  readonly answer: MapContours
}

function contoursText({ map, answer }: AnsweredMap): string {
  const name = map.columns.name
  const tables = answer.contours.flatMap((contour) => [
    '',
    `P(collapse) = ${Number((100 * contour.level).toPrecision(4))}%: the ${answer.direction === 'increasing' ? 'largest' : 'smallest'} ${name} below it`,
    `${map.rows.name.padStart(10)}   shown     undecided to      observed   fitted`,
    ...contour.band.map(({ y, below, above }, row) => {
      const last = answer.direction === 'increasing' ? map.columns.values.at(-1) : map.columns.values[0]
      const undecided = below === last ? 'none' : above === null ? 'the end' : `before ${above}`
      const fitted = contour.fitted === null ? '' : valueText(contour.fitted.steps[row]?.x)
      return `${String(y).padStart(10)}   ${valueText(below).padEnd(7)}   ${undecided.padEnd(15)}   ${valueText(contour.observed.steps[row]?.x).padEnd(8)}   ${fitted}`
    }),
  ])
  return [...(map.heading === '' ? [] : [map.heading]), ...tables, '', ...fitLines(answer), ''].join('\n').replace(/^\n/, '')
}

function valueText(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(value)
}

const VERDICTS = {
  fits: 'its residual checks pass',
  misfit: 'its residual check fails, so it is not drawn: only the cells speak',
} as const

const REASONS = {
  'no trials': 'there is nothing to fit yet',
  'none happened': 'nothing of what it fits has happened',
  'all happened': 'what it fits has happened to all',
  'too few cells': 'there are too few cells to check it',
} as const

function verdictText({ reason, verdict }: MapContours['fit']): string {
  return verdict === 'unchecked' ? `${REASONS[reason ?? 'too few cells']}, so it is not drawn` : VERDICTS[verdict]
}

function fitLines({ fit }: MapContours): string[] {
  const checks = fit.checks.map(({ part, chiSquare, degreesOfFreedom, pValue }) => {
    const p = pValue === null ? 'not checked' : `p = ${Number(pValue.toPrecision(2))}`
    return `${part}: chi-square ${chiSquare.toFixed(1)} on ${degreesOfFreedom}, ${p}`
  })
  return [
    'shown: by the anytime-valid interval of every cell up to it. observed and fitted are guesses.',
    `The smooth surface (${fit.fitted}): ${verdictText(fit)}${checks.length === 0 ? '' : ` (${checks.join('; ')})`}.`,
  ]
}
