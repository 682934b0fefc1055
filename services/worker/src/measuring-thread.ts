import { parentPort } from 'node:worker_threads'
import { BLOCK_TRIALS, encodeBlock } from '@collapsar/sweep'
import { recordColumns, recordsOf, trialRecords } from '@collapsar/trial'
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
    const columns = recordColumns(trialRecords(request.batch, request.trained, request.domain))
    post({ id: request.id, kind: 'measured', columns }, Object.values(columns).map(({ buffer }) => buffer))
    return
  }
  const records = request.columns.flatMap(recordsOf)
  const blocks = records.length / BLOCK_TRIALS
  for (let first = 0; first < blocks; first += MESSAGE_BLOCKS) {
    const packed = Array.from({ length: Math.min(MESSAGE_BLOCKS, blocks - first) }, (_, i) => {
      const own = records.slice((first + i) * BLOCK_TRIALS, (first + i + 1) * BLOCK_TRIALS)
      return encodeBlock(request.firstBlock + first + i, own)
    })
    post({ id: request.id, kind: 'encoded', blocks: packed, isLast: first + MESSAGE_BLOCKS >= blocks })
  }
}

function post(reply: MeasuringReply, transferred: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transferred)
}
