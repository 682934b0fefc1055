import { Type } from '@collapsar/schema'
import { LABELS, LIMITS } from '@collapsar/sweep'
import { closed, count, Cursor, flag, instant, next, nullable, oneOf, words } from './schemas.ts'

/** The largest body that is read, in bytes. */
export const BODY_LIMIT = 1024 * 1024

export const LIST_LIMIT = { default: 50, maximum: 500 } as const

export const SweepId = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'the id of a sweep: 1 to 64 letters, digits, "-" and "_"',
})

export const SweepPath = Type.Object({ id: SweepId }, closed)

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

export const ListQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.String({
        pattern: '^([1-9][0-9]?|[1-4][0-9]{2}|500)$',
        description: `an integer from 1 to ${LIST_LIMIT.maximum} (default ${LIST_LIMIT.default})`,
      }),
    ),
    cursor: Type.Optional(Cursor),
    state: Type.Optional(oneOf(['active', 'paused', 'done', 'cancelled'], 'active, paused, done or cancelled')),
    tag: Type.Optional(words(64, 'a label of the sweeps')),
    name: Type.Optional(words(120, 'how the names begin')),
    owner: Type.Optional(words(64, 'who submitted them')),
  },
  closed,
)

/** What a sweep is called, found by and served by; what is absent stays. */
export const LabelBody = Type.Object(LABELS, { ...closed, minProperties: 1, description: 'one or more of name, tags and priority' })

const moreInits = (most: string, step = 1) =>
  Type.Optional(
    Type.Integer({
      minimum: step,
      maximum: LIMITS.inits,
      multipleOf: step,
      description: `${most}, ${step === 1 ? 'an integer' : `a multiple of ${step}`} from ${step} to ${LIMITS.inits}, not less than before`,
    }),
  )

/** More of a sweep: `inits`, or for one that decides levels the other two. */
export const ExtendBody = Type.Object(
  {
    inits: moreInits('trials of every cell'),
    maxInits: moreInits('most trials of a cell', 100),
    maxDeviceSeconds: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1e9, description: 'seconds of workers after which no round follows, above 0, not less than before' }),
    ),
  },
  { ...closed, minProperties: 1, description: '{ inits }, or { maxInits, maxDeviceSeconds } for a sweep that decides levels' },
)

const summary = {
  id: SweepId,
  name: Type.String({ description: 'a label' }),
  state: oneOf(['active', 'paused', 'done', 'cancelled'], 'active, paused, done or cancelled'),
  createdAt: instant('when it was submitted'),
  finishedAt: nullable(instant('when it was done or cancelled')),
  reused: count('trials that existed when the sweep was submitted'),
  owner: Type.String({ description: 'who submitted it: the id of an API key, or local without keys' }),
  tags: Type.Array(Type.String(), { description: 'labels to find it by' }),
  priority: Type.Integer({ description: "from -10 to 10: of one owner's sweeps, higher ones are trained first" }),
  extension: nullable(
    Type.Object(
      {
        number: count('how many extensions it has had'),
        inits: nullable(count('trials of every cell')),
        maxInits: nullable(count('most trials of a cell')),
        maxDeviceSeconds: nullable(Type.Number({ description: 'seconds of workers after which no round follows' })),
      },
      { description: 'what is asked of it since it was last extended, in place of what its file says; null when it never was' },
    ),
  ),
}
/** What lists, submissions and actions answer: nothing in it changes while trials are counted. */
export const SweepSummary = Type.Object(summary)
export type SweepSummary = Type.Static<typeof SweepSummary>

export const SweepList = Type.Object({ sweeps: Type.Array(SweepSummary, { description: 'newest first' }), next: Type.Optional(next) })
export type SweepList = Type.Static<typeof SweepList>

/** One sweep with how far it is. */
export const SweepResource = Type.Object({
  ...summary,
  source: Type.Unknown({ description: 'the sweep file as it was submitted' }),
  waitingFor: nullable(Type.String({ description: 'the engine that no connected worker has; null when it waits for none' })),
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
