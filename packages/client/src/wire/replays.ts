import { CELL_ID_PATTERN } from '@collapsar/sweep'
import type { WireReplay } from '@collapsar/sweep'
import Type from 'typebox'
import { closed, count, instant, nullable, oneOf } from './schemas.ts'

/** Trials of a cell are numbered below this: ten million blocks. */
export const MAXIMUM_TRIAL = 999_999_999

export const TrialPath = Type.Object(
  {
    cell: Type.String({ pattern: CELL_ID_PATTERN.source, description: 'the id of a cell: c1_ and 64 hexadecimal digits' }),
    trial: Type.String({ pattern: '^(0|[1-9][0-9]{0,8})$', description: `an integer from 0 to ${MAXIMUM_TRIAL}` }),
  },
  closed,
)

export const ReplayPath = Type.Object(
  { id: Type.String({ pattern: '^rp-[0-9a-f]{16}$', description: 'the id of a replay: rp- and 16 hexadecimal digits' }) },
  closed,
)

export const Replay = Type.Object({
  id: Type.String(),
  cell: Type.String({ description: 'the id of the cell' }),
  trial: count('index of the trial'),
  state: oneOf(['pending', 'done', 'failed'], 'pending, done or failed'),
  requestedAt: instant('when it was asked for first'),
  finishedAt: nullable(instant('when it was done or failed; it is kept for a week')),
  reason: nullable(Type.String({ description: 'why it failed' })),
  result: nullable(
    Type.Unsafe<WireReplay>({
      type: 'object',
      additionalProperties: true,
      description:
        'the trial as it was trained again: outcome, loss, pieces, lossTrace, initial and final parameters, digest, and whether that of the record is equal',
    }),
  ),
})
export type Replay = Type.Static<typeof Replay>
