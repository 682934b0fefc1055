import { FIGURES, PICTURE_FORMATS } from '@collapsar/report'
import { sweepDocument } from '@collapsar/standalone'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { refusal } from '../figures/figure-request.ts'
import type { FigureContent } from '../figures/figure-request.ts'
import { FIGURE_MAKER_NAMES, FIGURE_MAKERS } from '../figures/makers.ts'
import type { FigureMakerName } from '../figures/makers.ts'
import type { Options } from '../options.ts'
import { requireSweep } from '../require-sweep.ts'
import { withBackends } from '../with-backends.ts'

const FORMATS = ['svg', 'png', 'json'] as const
type Format = (typeof FORMATS)[number]

/** A picture of a sweep or of one of its cells, from what is recorded or by replay. */
export const figure: Command = {
  name: 'figure',
  summary: 'draw a figure of a sweep, or of one of its cells or trials',
  positionals: ['ID'],
  readsDatabase: true,
  interruptible: true,
  options: {
    of: { type: 'string', value: 'NAME', description: FIGURE_MAKER_NAMES.map((name) => `${name} (${FIGURE_MAKERS[name].shows})`).join(', ') },
    format: { type: 'string', value: 'F', description: `one of ${FORMATS.join(', ')} (default svg); json is the data of the figure` },
    depth: { type: 'string', value: 'D', description: 'only cells of this depth' },
    width: { type: 'string', value: 'W', description: 'only cells of this width' },
    cell: { type: 'string', value: 'CELL', description: 'only this cell, where several have one depth and width' },
    trial: { type: 'string', value: 'I', description: 'of function and directions: index of the trial, from 0 (directions: default all)' },
    levels: { type: 'string', value: 'P,...', description: 'of collapse and hazard: probabilities to draw lines at' },
    column: { type: 'string', value: 'NAME', description: 'of histogram: loss, pieces, or SET.COLUMN of a measurement set, as facts.endStep (default loss)' },
  },
  run: async (invocation) => {
    const { configuration, log, options, positionals, terminal } = invocation
    const name = requestedFigure(options)
    const format = options.oneOf('format', FORMATS) ?? 'svg'
    return withBackends({ configuration, log }, async ({ store }) => {
      const record = await requireSweep(store, positionals[0] ?? '')
      const document = await sweepDocument(store, record)
      const content = await FIGURE_MAKERS[name].make({ invocation, store, document, counts: await store.sweepCells(record.id) })
      await terminal.data(await rendered(content, format, { of: name, sweep: record.id }))
      return document.cells.some((cell) => cell.gaps > 0) ? EXIT.gaps : EXIT.ok
    })
  },
}

/** Which options speak of some figures only. */
const OWN_OPTIONS: Readonly<Record<string, readonly FigureMakerName[]>> = {
  trial: ['directions', 'function'],
  levels: ['collapse', 'hazard'],
  column: ['histogram'],
}

function requestedFigure(options: Options): FigureMakerName {
  const name = options.oneOf('of', FIGURE_MAKER_NAMES)
  if (name === null) throw refusal(`--of is missing; accepted: ${FIGURE_MAKER_NAMES.join(', ')}`)
  for (const [option, figures] of Object.entries(OWN_OPTIONS)) {
    if (options.text(option) !== null && !figures.includes(name)) throw refusal(`--${option} is an option of ${figures.join(' and ')}, not of ${name}`)
  }
  return name
}

interface Provenance {
  readonly of: FigureMakerName
  readonly sweep: string
}

async function rendered({ mark, data }: FigureContent, format: Format, provenance: Provenance): Promise<string | Uint8Array> {
  if (format === 'json') return `${JSON.stringify({ ...provenance, mark, data }, null, 2)}\n`
  const svg = (FIGURES[mark] as (content: typeof data) => string)(data)
  return PICTURE_FORMATS[format].render(svg)
}
