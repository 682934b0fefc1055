import { parentPort } from 'node:worker_threads'
import { BLOCK_TRIALS, encodeBlock } from '@collapsar/sweep'
import { recordAt, trialColumns } from '@collapsar/trial'
import type { RecordColumns, TrialRecord } from '@collapsar/trial'
import type { MeasuringReply, MeasuringRequest } from './measuring.ts'

/** Blocks of one message: unpacking it takes the event loop of its receiver a millisecond or two. */
const MESSAGE_BLOCKS = 50

/** Runs on a thread of its own, started by `startMeasuring`: counting the pieces of one wide network may take seconds. */
parentPort?.on('message', (request: MeasuringRequest) => {
  try {
    answer(request)
  } catch (error) {
    post({ id: request.id, kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  }
})

function answer(request: MeasuringRequest): void {
  if (request.kind === 'measure') {
    const columns = trialColumns(request.batch, request.trained, request.domain)
    post({ id: request.id, kind: 'measured', columns }, Object.values(columns).map(({ buffer }) => buffer))
    return
  }
  const records = eachRecord(request.columns)
  const blocks = request.columns.reduce((trials, { outcome }) => trials + outcome.length, 0) / BLOCK_TRIALS
  for (let first = 0; first < blocks; first += MESSAGE_BLOCKS) {
    const packed = Array.from({ length: Math.min(MESSAGE_BLOCKS, blocks - first) }, (_, i) =>
      encodeBlock(request.firstBlock + first + i, take(records, BLOCK_TRIALS)),
    )
    post({ id: request.id, kind: 'encoded', blocks: packed, isLast: first + MESSAGE_BLOCKS >= blocks })
  }
}

/** Block by block: a record lives no longer than it takes to pack it. */
function* eachRecord(parts: readonly RecordColumns[]): Generator<TrialRecord, undefined> {
  for (const columns of parts) {
    for (let i = 0; i < columns.outcome.length; i += 1) yield recordAt(columns, i)
  }
}

function take(records: Iterator<TrialRecord, undefined>, count: number): TrialRecord[] {
  const taken: TrialRecord[] = []
  for (let next = records.next(); next.done !== true; next = records.next()) {
    taken.push(next.value)
    if (taken.length === count) break
  }
  return taken
}

function post(reply: MeasuringReply, transferred: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transferred)
}
