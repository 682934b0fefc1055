import { Type } from '@collapsar/schema'
import { closed, count, flag, oneOf } from './schemas.ts'

export const PlanQuery = Type.Object(
  { allowSlow: flag('allow blocks that take over an hour'), explain: flag('say for each cell why it is new') },
  closed,
)

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
