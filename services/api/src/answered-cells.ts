import type { CellFilter, Store } from '@collapsar/store'
import { CollapsarError, labelCells, settingCells } from '@collapsar/sweep'
import type { LabelledCell, SettingTexts } from '@collapsar/sweep'
import { hasShape, settingTexts } from './cell-filter.ts'
import { foundAtOnce } from './found-cells.ts'
import { requireSweep } from './resources.ts'

/** A question about the cells of a sweep, or of a setting. */
export type CellsAsked = SettingTexts & { readonly sweep?: string | undefined }

/** As many cells as a sweep may have. */
const MOST_CELLS = 10_000

/** Trials that one answer unpacks: 30 bytes each, and a second of the processor for a few millions. */
const MOST_TRIALS = 2_000_000

/**
 * The cells of a sweep as it reads them, or those of one setting with their whole prefixes; all of the given shapes.
 * @throws CollapsarError `not-found`, and `invalid-request` for a sweep with a setting, or no setting
 */
export async function answeredCells(store: Store, asked: CellsAsked, shapes: CellFilter): Promise<readonly LabelledCell[]> {
  const cells = asked.sweep === undefined ? await ofSetting(store, asked, shapes) : await ofSweep(store, asked.sweep, shapes)
  if (cells.length > 0) return cells
  throw new CollapsarError('not-found', `${asked.sweep === undefined ? 'This setting' : `The sweep "${asked.sweep}"`} has no cell of such a depth and width.`)
}

async function ofSweep(store: Store, id: string, shapes: CellFilter): Promise<readonly LabelledCell[]> {
  const sweep = await requireSweep(store, id)
  const cells = labelCells(sweep.source, await store.sweepCells(id))
  return cells.filter(({ counts }) => hasShape(counts, shapes))
}

async function ofSetting(store: Store, asked: CellsAsked, shapes: CellFilter): Promise<readonly LabelledCell[]> {
  const [like] = settingCells(settingTexts(asked), { depth: 2, width: 1 })
  if (like === undefined) return []
  const found = await foundAtOnce(store, { ...shapes, like: like.spec, trials: { low: 1, high: Number.MAX_SAFE_INTEGER } }, MOST_CELLS)
  return found.map((counts) => ({ counts, axes: {} }))
}

/** @throws CollapsarError `invalid-request`: a sweep has its setting */
export function refuseSettingsOfSweep(asked: CellsAsked): void {
  const [name] = Object.keys(settingTexts(asked))
  if (asked.sweep === undefined || name === undefined) return
  const detail = `${name} is given, and sweep too; accepted: one of the two`
  throw new CollapsarError('invalid-request', `${detail}.`, { problems: [{ pointer: `/query/${name}`, detail }] })
}

/** @throws CollapsarError `too-large` where an answer would unpack too many trials */
export function refuseTooMany(cells: readonly { readonly inits: number }[]): void {
  const trials = cells.reduce((sum, { inits }) => sum + inits, 0)
  if (trials <= MOST_TRIALS) return
  throw new CollapsarError('too-large', `The answer needs ${trials} trials; accepted: at most ${MOST_TRIALS}, so ask for fewer cells at a time.`)
}
