/**
 * `EPOCH-NUMBER`: the epoch names one process's account of a sweep, the number counts its events from 0 without a gap. The event that
 * ends a stream has `-done` behind it, so that any process knows a client that has everything.
 */
export interface EventId {
  readonly epoch: string
  readonly number: number
  readonly done: boolean
}

export function eventIdText({ epoch, number, done }: EventId): string {
  return `${epoch}-${number}${done ? '-done' : ''}`
}

/** null for what is not one of ours: such a client gets a snapshot. */
export function parseEventId(text: string | undefined): EventId | null {
  const match = /^([0-9a-f]{12})-(\d{1,15})(-done)?$/.exec(text ?? '')
  if (match === null) return null
  return { epoch: match[1] ?? '', number: Number(match[2]), done: match[3] !== undefined }
}
