import { Type } from '@collapsar/schema'
import type { WireReplay } from '@collapsar/sweep'
import { closed, count, instant, nullable, oneOf } from './schemas.ts'

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
