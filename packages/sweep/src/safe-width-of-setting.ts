import type { SafeWidthQuestion } from '@collapsar/statistics'
import type { TrialSpec } from '@collapsar/trial'
import { CollapsarError } from './errors.ts'
import { safeWidthDocument } from './safe-width.ts'
import type { SafeWidthDocument } from './safe-width.ts'
import { settingCells } from './settings.ts'
import type { SettingTexts } from './settings.ts'
import type { CellCounts } from './surface.ts'
import { LIMITS } from './sweep-file.ts'

/** What reads the counts of cells: a store. */
export interface CountReader {
  cellCounts(cells: readonly { readonly cell: string; readonly spec: TrialSpec }[]): Promise<readonly CellCounts[]>
}

export interface DepthOfSetting {
  readonly depth: number
  /** What differs from the default setting. */
  readonly texts: SettingTexts
  /** What to do where there is nothing; ends a sentence. */
  readonly advice: string
}

/**
 * The smallest safe width of a setting, among all widths of which something was counted, whoever asked for it.
 * @throws CollapsarError `not-found` where nothing was, `invalid-request` for no setting
 */
export async function safeWidthOfSetting(
  reader: CountReader,
  { depth, texts, advice }: DepthOfSetting,
  question: SafeWidthQuestion,
): Promise<SafeWidthDocument> {
  const counts = await reader.cellCounts(settingCells(texts, { depth, width: { from: 1, to: LIMITS.width } }))
  const counted = counts.filter(({ tally, gaps }) => tally.trials + gaps > 0)
  if (counted.length > 0) return safeWidthDocument(counted, question)
  const setting = Object.keys(texts).length === 0 ? 'the default setting' : 'this setting'
  throw new CollapsarError('not-found', `No trial of depth ${depth} in ${setting} exists; ${advice}`)
}
