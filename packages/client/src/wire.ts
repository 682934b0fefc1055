import { EMPTY_TALLY, ERRORS } from '@collapsar/sweep'
import type { CellDocument, ErrorCode } from '@collapsar/sweep'
import Type from 'typebox'
import type { TSchema } from 'typebox'

/**
 * Every request and response of the HTTP interface as JSON Schema (2020-12) and type in one. Requests are closed: an unknown
 * field is an error. Responses are open: a client must tolerate fields that a later server adds. Numbers that may not exist are
 * unions with null, because JSON has no NaN.
 */
const closed = { additionalProperties: false }

function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()])
}

function oneOf<const T extends readonly string[]>(values: T, description: string) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: values, description })
}

const count = (description: string) => Type.Integer({ minimum: 0, description })
const instant = (description: string) => Type.String({ description: `${description}, RFC 3339 in UTC` })

// Requests

/** The largest body that is read, in bytes. */
export const BODY_LIMIT = 1024 * 1024
export const LIST_LIMIT = { default: 50, maximum: 500 } as const
/** Formats of a surface; the media types are in `@collapsar/report`. */
export const SURFACE_FORMATS = ['json', 'csv', 'parquet', 'svg', 'png', 'table'] as const
export type SurfaceFormat = (typeof SURFACE_FORMATS)[number]

export const SweepId = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'the id of a sweep: 1 to 64 letters, digits, "-" and "_"',
})
export const SweepPath = Type.Object({ id: SweepId }, closed)

const flag = (meaning: string) => Type.Optional(oneOf(['true', 'false'], `${meaning}: true or false (default false)`))

export const SubmitQuery = Type.Object(
  {
    allowSlow: flag('allow blocks that take over an hour'),
    planHash: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'the planHash of a plan, 64 hexadecimal digits: refused with 409 when the plan is no longer what would be done',
      }),
    ),
  },
  closed,
)
export const SubmitHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,200}$',
      description: '1 to 200 visible ASCII characters: the same key and sweep give the same answer, and one sweep',
    }),
  ),
})
export const PlanQuery = Type.Object(
  { allowSlow: flag('allow blocks that take over an hour'), explain: flag('say for each cell why it is new') },
  closed,
)
export const ListQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.String({
        pattern: '^([1-9][0-9]?|[1-4][0-9]{2}|500)$',
        description: `an integer from 1 to ${LIST_LIMIT.maximum} (default ${LIST_LIMIT.default})`,
      }),
    ),
  },
  closed,
)
export const SurfaceQuery = Type.Object(
  { format: Type.Optional(oneOf(SURFACE_FORMATS, `one of ${SURFACE_FORMATS.join(', ')} (default: by Accept, else json)`)) },
  closed,
)
export const NoQuery = Type.Object({}, { ...closed, description: 'no parameters' })
/** The body of an action: none, or an empty object. */
export const NoBody = Type.Union([Type.Null(), Type.Object({}, closed)], { description: 'no body, or {}' })

/** What a client with the current entity tag gets. */
export const NotModified = Type.Null({ description: 'the state is the one of If-None-Match' })

// Sweeps

const summary = {
  id: SweepId,
  name: Type.String({ description: 'a label' }),
  state: oneOf(['active', 'done', 'cancelled'], 'active, done or cancelled'),
  createdAt: instant('when it was submitted'),
  finishedAt: nullable(instant('when it was done or cancelled')),
  reused: count('trials that existed when the sweep was submitted'),
}
/** What lists, submissions and actions answer: nothing in it changes while trials are counted. */
export const SweepSummary = Type.Object(summary)
export type SweepSummary = Type.Static<typeof SweepSummary>

export const SweepList = Type.Object({ sweeps: Type.Array(SweepSummary, { description: 'newest first' }) })
export type SweepList = Type.Static<typeof SweepList>

/** One sweep with how far it is. */
export const SweepResource = Type.Object({
  ...summary,
  source: Type.Unknown({ description: 'the sweep file as it was submitted' }),
  progress: Type.Object({
    cells: Type.Object({ total: count('cells of the grid'), complete: count('cells that have all trials that were asked for') }),
    trials: Type.Object({
      requested: count('trials asked for'),
      counted: count('trials of the contiguous prefixes'),
      gaps: count('trials lost for good'),
    }),
  }),
  gaps: Type.Array(
    Type.Object({ cell: Type.String(), block: count('index of the block'), reason: Type.String() }),
    { description: 'blocks that were lost for good, at most the first 100, with the error of their last attempt' },
  ),
})
export type SweepResource = Type.Static<typeof SweepResource>

export const RetryResult = Type.Object({ sweep: SweepSummary, blocks: count('blocks that will be tried again') })
export type RetryResult = Type.Static<typeof RetryResult>

// The surface

const share = () => nullable(Type.Number({ minimum: 0, maximum: 1 }))
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

const SurfaceCell = Type.Object({
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

// Plans

const seconds = (description: string) => Type.Number({ minimum: 0, description })

export const Plan = Type.Object({
  cells: Type.Object({
    total: count('cells of the grid'),
    cached: count('cells whose trials all exist'),
    partial: count('cells with some trials'),
    new: count('cells without any'),
  }),
  trials: Type.Object({ requested: count('trials asked for'), reused: count('that exist'), toRun: count('that are missing') }),
  blocks: count('whole blocks of 100 trials to train'),
  deviceSeconds: Type.Object({ p50: seconds('expected time of one worker'), p90: seconds('the same with a margin') }),
  seconds: seconds('expected wall time with the connected workers'),
  slowestBlockSeconds: seconds('the longest block'),
  preemptionSeconds: seconds('the most work lost when a worker is stopped at once'),
  planHash: Type.String({ description: 'SHA-256 of the cells, what is asked and what exists' }),
  warnings: Type.Array(Type.String()),
  explain: Type.Optional(
    Type.Array(
      Type.Object({
        cell: Type.String(),
        depth: count('affine layers'),
        width: count('units of every hidden layer'),
        axes: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
        status: oneOf(['cached', 'partial', 'new'], 'cached, partial or new'),
        requested: count('trials asked for'),
        reused: count('trials that exist'),
        reason: Type.String(),
      }),
    ),
  ),
})
export type Plan = Type.Static<typeof Plan>

// Health and errors

export const Health = Type.Object({ status: oneOf(['ok'], 'ok') })

/** Where a problem's `type` points, followed by its code. */
export const PROBLEM_TYPES = '/problems/'

/** RFC 9457, `application/problem+json`. */
export const ProblemDocument = Type.Object(
  {
    type: Type.String({ description: `a relative reference, ${PROBLEM_TYPES} and the code; it never changes` }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'names the value received and what is accepted' }),
    code: oneOf(Object.keys(ERRORS) as readonly ErrorCode[], `one of ${Object.keys(ERRORS).join(', ')}`),
    errors: Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }), {
      description: 'every problem with its RFC 6901 pointer into the body, or into { query, headers, path }',
    }),
  },
  { description: 'an error' },
)
export type ProblemDocument = Type.Static<typeof ProblemDocument>
