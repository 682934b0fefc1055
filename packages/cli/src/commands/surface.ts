import { contoursOfMap, DEFAULT_LEVELS, drawnContours, FORMATS, mapsOf, tableOf } from '@collapsar/report'
import type { Contour, MapAxes } from '@collapsar/report'
import { CollapsarError, mixedEngines } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { AXES_OPTIONS, axesOf } from '../options.ts'

const NAMES = ['table', 'csv', 'json', 'parquet', 'svg', 'png'] as const

/** The map of a sweep as it stands. */
export const surface: Command = {
  name: 'surface',
  summary: 'print the map of a sweep, as it stands now',
  positionals: ['ID'],
  options: {
    format: { type: 'string', value: 'F', description: `one of ${NAMES.join(', ')} (default table)` },
    ...AXES_OPTIONS,
    fit: { type: 'boolean', value: null, description: 'draw the contours of a smooth fit with their band, where its residual checks pass' },
    levels: { type: 'string', value: 'P,...', description: 'with --fit: the levels of its contours (default 0.01,0.1)' },
    json: { type: 'boolean', value: null, description: 'short for --format json' },
  },
  run: async ({ positionals, options, configuration, terminal, log }) => {
    const format = options.oneOf('format', NAMES) ?? (options.flag('json') ? 'json' : 'table')
    const levels = options.probabilities('levels')
    if (levels !== null && !options.flag('fit')) {
      throw new CollapsarError('usage', 'collapsar surface: --levels are those of the fit, but --fit is missing. See: collapsar surface --help')
    }
    return withInstallation({ configuration, log }, async (installation) => {
      const document = await installation.surface(positionals[0] ?? '')
      const axes = axesOf(options)
      const contours = options.flag('fit') ? fittedContours(document, axes, levels ?? DEFAULT_LEVELS) : null
      if (contours?.length === 0) terminal.message('no fit is drawn; collapsar contours says why')
      const view = { axes, ...(contours !== null && contours.length > 0 && { overlay: { contours } }) }
      await terminal.data(
        format === 'table'
          ? tableOf(document, { ...view, columns: terminal.columns, colour: terminal.colour })
          : await FORMATS[format].render(document, view),
      )
      const mixed = mixedEngines(document)
      if (mixed !== null) terminal.message(`warning: ${mixed}`)
      return document.cells.some((cell) => cell.gaps > 0) ? EXIT.gaps : EXIT.ok
    })
  },
}

function fittedContours(document: SweepDocument, axes: MapAxes, levels: readonly number[]): Contour[] {
  return mapsOf(document, axes).flatMap((map, index) => drawnContours(map, index, contoursOfMap(map, { levels })))
}
