import type { TOptional, TString } from '@collapsar/schema'
import { Type } from '@collapsar/schema'
import { SETTING_NAMES, SETTINGS } from '@collapsar/sweep'
import type { Setting, SettingName, TrialDocument } from '@collapsar/sweep'
import { closed, count, Cursor, flag, limit, next, nullable, oneOf, words } from './schemas.ts'
import { SurfaceCell } from './surface.ts'
import { SweepId } from './sweeps.ts'

/** Cells of a page. */
export const CELLS_LIMIT = { default: 100, maximum: 500 } as const

/** Formats of tables that may be longer than memory. */
export const TABLE_FORMATS = ['json', 'csv', 'parquet'] as const
export type TableFormat = (typeof TABLE_FORMATS)[number]
export const tableFormat = Type.Optional(oneOf(TABLE_FORMATS, `one of ${TABLE_FORMATS.join(', ')} (default: by Accept, else json)`))

/** A formula has at most as many. */
const SETTING_LENGTH = 512

function settingMeaning(name: SettingName): string {
  const { type, accepted }: Setting = SETTINGS[name]
  if (type === 'number') return 'numbers, separated by commas'
  if (type === 'flag') return 'true or false'
  return accepted === undefined ? 'a text' : `of ${accepted.join(', ')}, separated by commas`
}

/** Every setting that cells are told apart by, under the name that a sweep file gives it. */
export const settingParameters = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, Type.Optional(words(SETTING_LENGTH, settingMeaning(name)))]),
) as Record<SettingName, TOptional<TString>>

const range = (pattern: string, description: string) => Type.Optional(Type.String({ maxLength: 200, pattern, description }))

const SHAPE = '^[0-9]{0,4}(\\.\\.[0-9]{0,4})?(,[0-9]{0,4}(\\.\\.[0-9]{0,4})?){0,19}$'
const NUMBER = '([0-9]*\\.?[0-9]+(e-?[0-9]{1,3})?)?'

/** Ranges of shapes: `10`, `2,4,8`, `10..`, `2..5,10`. */
export const shapeParameters = {
  depth: range(SHAPE, 'affine layers: a number, a list, or ranges such as 10.. and 2..5'),
  width: range(SHAPE, 'units of every hidden layer: a number, a list, or ranges such as ..4 and 2..5'),
}

export const CellsQuery = Type.Object(
  {
    ...shapeParameters,
    collapse: range(`^${NUMBER}(\\.\\.${NUMBER})?$`, 'P(collapse), as it is estimated: a range such as 0.005..0.02, ends included'),
    shown: flag('whether the whole interval must lie in the range of collapse, not the estimate alone'),
    trials: range('^[0-9]{0,10}(\\.\\.[0-9]{0,10})?$', 'counted trials: a range such as 1000.. (default 1..)'),
    sweep: Type.Optional(SweepId),
    tag: Type.Optional(words(64, 'a label of a sweep that reads the cell')),
    ...settingParameters,
    limit: Type.Optional(limit(CELLS_LIMIT.maximum, CELLS_LIMIT.default)),
    cursor: Type.Optional(Cursor),
    format: tableFormat,
  },
  closed,
)
export type CellsQuery = Type.Static<typeof CellsQuery>

/** Cells of the whole database, each with its whole prefix; `axes` holds its settings. */
export const CellList = Type.Object({ cells: Type.Array(SurfaceCell, { description: 'by depth, width and age' }), next })

export const CellId = Type.String({ pattern: '^c1_[0-9a-f]{64}$', description: 'the id of a cell: c1_ and 64 hexadecimal digits' })
export const CellPath = Type.Object({ cell: CellId }, closed)

export const CellResource = Type.Object({
  cell: CellId,
  setting: Type.String({ description: 'what it trains, in words' }),
  spec: Type.Unknown({ description: 'the complete description of a trial without its index: what the id is the digest of' }),
  counts: SurfaceCell,
  engines: Type.Array(Type.Object({ id: Type.String(), version: Type.String() }), { description: 'that trained its blocks' }),
  sweeps: Type.Array(
    Type.Object({ id: SweepId, name: Type.String(), state: Type.String(), inits: count('trials that it reads') }),
    { description: 'that read it, newest first, at most 100' },
  ),
  lost: Type.Array(Type.Object({ block: count('index of the block'), reason: Type.String() }), { description: 'for good, at most the first 100 blocks' }),
})
export type CellResource = Type.Static<typeof CellResource>

/** Trials of a page. */
export const TRIALS_LIMIT = { default: 100, maximum: 10_000 } as const

/** Trials are numbered below a thousand million: ten million blocks. */
const TRIAL = '^(0|[1-9][0-9]{0,8})$'

export const TrialsQuery = Type.Object(
  {
    from: Type.Optional(Type.String({ pattern: TRIAL, description: 'the first trial, an integer of at least 0 (default 0)' })),
    limit: Type.Optional(limit(TRIALS_LIMIT.maximum, TRIALS_LIMIT.default)),
    format: tableFormat,
  },
  closed,
)

export type TrialsQuery = Type.Static<typeof TrialsQuery>

export const TrialPath = Type.Object(
  { cell: CellId, index: Type.String({ pattern: TRIAL, description: 'the index of a trial, an integer from 0 to 999999999' }) },
  closed,
)

const trial = {
  trial: count('its index in the cell'),
  outcome: Type.Unsafe<TrialDocument['outcome']>({ type: 'string', description: 'how it ended' }),
  deadLayer: count('first hidden layer that is zero on every point at the end; 0 if none'),
  death: nullable(
    Type.Object(
      { aliveStep: count('the last check that found every layer alive'), deadStep: count('the first that certified death') },
      { description: 'null without a certified death in training' },
    ),
  ),
  loss: nullable(Type.Number({ description: 'on the training set at the end; null where it diverged' })),
  value: nullable(Type.Number({ description: 'the constant of a collapsed network, else the largest range of an output' })),
  pieces: count('affine pieces of the learned function; 0 where not defined'),
  checksum: count('CRC-32 of the final parameters'),
}

export const Trial = Type.Object(trial)
export type Trial = Type.Static<typeof Trial>
export const TrialList = Type.Object({ cell: CellId, trials: Type.Array(Trial, { description: 'counted ones, by index' }), next: nullable(count('the `from` of the next page')) })
export const TrialResource = Type.Object({ cell: CellId, ...trial, engine: Type.Object({ id: Type.String(), version: Type.String() }) })
