import { Type } from '@collapsar/schema'
import { EMPTY_TALLY } from '@collapsar/sweep'
import type { CellDocument } from '@collapsar/sweep'
import { closed, count, nullable, oneOf, share } from './schemas.ts'

/** Formats of a surface; the media types are in `@collapsar/report`. */
export const SURFACE_FORMATS = ['json', 'csv', 'parquet', 'svg', 'png', 'table'] as const
export type SurfaceFormat = (typeof SURFACE_FORMATS)[number]

export const SurfaceQuery = Type.Object(
  {
    format: Type.Optional(oneOf(SURFACE_FORMATS, `one of ${SURFACE_FORMATS.join(', ')} (default: by Accept, else json)`)),
    digest: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{12}$',
        description: 'the digest that pictures and Parquet of the surface carry, 12 hexadecimal digits: that surface, complete and to be kept for good, or 409',
      }),
    ),
  },
  closed,
)

const outcomeCounts = Type.Object(
  Object.fromEntries(
    Object.keys(EMPTY_TALLY.outcomes).map((outcome) => [outcome, count(`trials that ended as ${outcome}`)]),
  ),
)

const quantiles = Type.Array(
  Type.Object({
    p: Type.Number({ description: 'probability' }),
    value: nullable(Type.Number({ description: 'by the middles of the bins' })),
    low: nullable(Type.Number({ description: 'that of the trials is at least this' })),
    high: nullable(Type.Number({ description: 'and at most this' })),
  }),
)

export const SurfaceCell = Type.Object({
  cell: Type.String({ description: 'the id of the cell' }),
  depth: count('affine layers'),
  hiddenLayers: count('depth - 1'),
  width: count('units of every hidden layer'),
  axes: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'values of the other swept fields' })),
  inits: count('trials asked for'),
  trials: count('trials counted: those of the contiguous prefix'),
  gaps: count('trials lost for good'),
  outcomes: Type.Unsafe<CellDocument['outcomes']>(outcomeCounts),
  collapse: Type.Object({
    estimate: share(),
    low: Type.Number(),
    high: Type.Number(),
    level: Type.Number({ description: 'coverage of [low, high]' }),
    method: Type.Unsafe<CellDocument['collapse']['method']>({ type: 'string', description: 'how the interval is made' }),
  }),
  stratified: nullable(
    Type.Object(
      { estimate: share(), standardError: nullable(Type.Number()), low: Type.Number(), high: Type.Number(), level: Type.Number() },
      { description: 'the same with the born dead from theory: only deaths in training are estimated' },
    ),
  ),
  pieces: Type.Object({ mean: nullable(Type.Number()), median: nullable(Type.Number()), max: nullable(Type.Number()) }),
  loss: Type.Object({ median: nullable(Type.Number()), best: nullable(Type.Number()) }),
  quantiles: Type.Optional(Type.Object({ loss: quantiles, pieces: quantiles }, { description: 'of loss and pieces, type 7' })),
  theory: Type.Object({
    bornDead: Type.Object({
      lower: share(),
      upper: share(),
      exact: share(),
      simulated: nullable(Type.Object({ estimate: Type.Number(), standardError: Type.Number() })),
    }),
    pieces: Type.Object({
      maximum: nullable(Type.Number({ description: 'no network of this shape has more pieces' })),
      linear: nullable(Type.Number({ description: 'expected at initialization if every layer adds as many as the first' })),
    }),
    inactive: share(),
  }),
  alarms: Type.Array(
    Type.Object({ about: oneOf(['born dead', 'pieces'], 'born dead or pieces'), sentence: Type.String() }),
    { description: 'contradictions to what has been proved; none but for a fault' },
  ),
  engine: nullable(Type.String({ description: 'engines that trained its blocks' })),
  numerics: Type.String({ description: 'the arithmetic that made the bits' }),
  digest: nullable(Type.String({ description: 'SHA-256 over the digests of its blocks, once all are settled' })),
})

export const Surface = Type.Object({
  sweep: Type.Object({
    id: Type.String(),
    name: Type.String(),
    state: Type.String(),
    setting: Type.String({ description: 'what all cells have in common, in words' }),
    trials: count('trials counted'),
    reused: count('trials that existed when the sweep was submitted'),
    until: Type.Optional(
      Type.Object(
        {
          decide: Type.Array(Type.Number()),
          confidence: Type.Number(),
          maxInits: count('most trials of a cell'),
          maxDeviceSeconds: nullable(Type.Number()),
          rounds: count('rounds that followed the first'),
          decided: count('cells whose interval leaves every level on one side'),
        },
        { description: 'what an adaptive sweep decides' },
      ),
    ),
    seconds: Type.Number({ description: 'from the submission to the end, or to now' }),
  }),
  cells: Type.Array(SurfaceCell),
})
