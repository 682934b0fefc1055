import { Type } from '@collapsar/schema'
import { count, share } from './schemas.ts'
import { SweepResource, SweepSummary } from './sweeps.ts'

/** The media type of a stream (WHATWG HTML, 9.2). */
export const EVENT_STREAM = 'text/event-stream'

/** A silent stream sends a comment this often, in seconds: who hears nothing for a few of them has lost the server. */
export const HEARTBEAT_SECONDS = 15

export const EventHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ description: 'the id of the last event that was received: the stream goes on after it; without a known one it begins with a snapshot' }),
  ),
})

/** What a map needs of a cell while it is counted; everything else is in the surface. */
export const CellStanding = Type.Object({
  position: count('place of the cell in the sweep, from 0: the order of the surface'),
  cell: Type.String({ description: 'the id of the cell' }),
  depth: count('affine layers'),
  width: count('units of every hidden layer'),
  inits: count('trials asked for'),
  trials: count('trials counted: those of the contiguous prefix'),
  gaps: count('trials lost for good'),
  collapsed: count('trials of those counted that collapsed'),
  estimate: share(),
  low: Type.Number({ description: 'of the 95% confidence sequence' }),
  high: Type.Number({ description: 'of the 95% confidence sequence' }),
})
export type CellStanding = Type.Static<typeof CellStanding>

const { progress } = SweepResource.properties
export type SweepProgress = Type.Static<typeof progress>

/** `snapshot`: every cell. `delta`: the cells that changed since the event before. Either is the whole truth of what it names. */
export const SweepChange = Type.Object({ sweep: SweepSummary, progress, cells: Type.Array(CellStanding) })
export type SweepChange = Type.Static<typeof SweepChange>

/** `done`: the sweep has ended, as its state says; the server ends the stream. */
export const SweepEnd = Type.Object({ sweep: SweepSummary, progress })
export type SweepEnd = Type.Static<typeof SweepEnd>

/** One event of a sweep. Ids of following events end in following numbers; a new prefix is another server's count. */
export type SweepEvent =
  | { readonly type: 'snapshot'; readonly id: string; readonly data: SweepChange }
  | { readonly type: 'delta'; readonly id: string; readonly data: SweepChange }
  | { readonly type: 'done'; readonly id: string; readonly data: SweepEnd }

/** The schema of each event's data, by its name. */
export const EVENT_DATA = { snapshot: SweepChange, delta: SweepChange, done: SweepEnd } as const
