import { parentPort } from 'node:worker_threads'
import { encodeTrials, measureTrials } from './measure-trials.ts'
import { measuredBuffers } from './measured.ts'
import type { MeasuringReply, MeasuringRequest } from './measuring.ts'

/** Runs on a thread of its own, started by `startMeasuring`: counting the pieces of one wide network may take seconds. */
parentPort?.on('message', (request: MeasuringRequest) => {
  try {
    answer(request)
  } catch (error) {
    post({ id: request.id, kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  }
})

function answer(request: MeasuringRequest): void {
  const { id, kind } = request
  if (kind === 'measure') {
    const measured = measureTrials(request.trials)
    post({ id, kind: 'measured', measured }, measuredBuffers(measured))
    return
  }
  for (const encoded of encodeTrials(request.blocks)) post({ id, kind: 'encoded', encoded, isLast: false })
  post({ id, kind: 'encoded', encoded: { blocks: [], measurements: [] }, isLast: true })
}

function post(reply: MeasuringReply, transferred: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transferred)
}
