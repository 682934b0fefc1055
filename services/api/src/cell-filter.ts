import type { CellsQuery } from '@collapsar/client'
import type { CellFilter, FoundCell, NumberRange } from '@collapsar/store'
import { CollapsarError, LIMITS, SETTING_NAMES, settingConditions, settingsOf } from '@collapsar/sweep'
import type { CellCounts, SettingTexts } from '@collapsar/sweep'
import { rangeOf, rangesOf } from './ranges.ts'

const DEPTHS = { name: 'depth', minimum: 2, maximum: LIMITS.depth }
const WIDTHS = { name: 'width', minimum: 1, maximum: LIMITS.width }

/** What a query says of depth and width. @throws CollapsarError `invalid-request` */
export function shapeFilter({ depth, width }: { readonly depth?: string; readonly width?: string }): CellFilter {
  return {
    ...(depth !== undefined && { depth: rangesOf(depth, DEPTHS) }),
    ...(width !== undefined && { width: rangesOf(width, WIDTHS) }),
  }
}

/** Whether a cell that is not asked for from the database lies in the same ranges. */
export function hasShape({ spec }: { readonly spec: Pick<CellCounts['spec'], 'depth' | 'width'> }, { depth, width }: CellFilter): boolean {
  return inSome(spec.depth, depth) && inSome(spec.width, width)
}

function inSome(value: number, ranges: readonly NumberRange[] | undefined): boolean {
  return ranges === undefined || ranges.some(({ low, high }) => low <= value && value <= high)
}

/** The settings of a query by their names. */
export function settingTexts(query: SettingTexts): SettingTexts {
  return Object.fromEntries(SETTING_NAMES.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]])))
}

/** What a query asks of cells; without further words, that something is counted of them. @throws CollapsarError `invalid-request` */
export function cellFilter(query: CellsQuery): CellFilter {
  const { collapse, shown, trials = '1..', sweep, tag } = query
  if (shown === 'true' && collapse === undefined) throw needsCollapse()
  const settings = settingConditions(settingTexts(query))
  return {
    ...shapeFilter(query),
    trials: rangeOf(trials, { name: 'trials', minimum: 0, maximum: LIMITS.inits }),
    ...(collapse !== undefined && { collapse: collapseRange(collapse) }),
    ...(settings.length > 0 && { settings }),
    ...(sweep !== undefined && { sweep }),
    ...(tag !== undefined && { tag }),
  }
}

function collapseRange(text: string): NumberRange {
  return rangeOf(text, { name: 'collapse', minimum: 0, maximum: 1 })
}

function needsCollapse(): CollapsarError {
  const detail = 'shown is true, but collapse is missing; accepted: shown with a range of collapse'
  return new CollapsarError('invalid-request', `${detail}.`, { problems: [{ pointer: '/query/shown', detail }] })
}

/** The labels by which cells of the whole database are told apart: their settings. */
export function settingLabels(cells: readonly FoundCell[]): Readonly<Record<string, unknown>>[] {
  return cells.map(({ spec }) => settingsOf(spec))
}
