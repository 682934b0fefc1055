import { parentPort } from 'node:worker_threads'
import { trialRecords } from '@collapsar/trial'
import type { MeasuringReply, MeasuringRequest } from './measuring.ts'

/** Runs on a thread of its own, started by `startMeasuring`: counting the pieces of one wide network may take seconds. */
parentPort?.on('message', ({ id, batch, trained, domain }: MeasuringRequest) => {
  parentPort?.postMessage(reply(id, () => trialRecords({ ...batch, initial: new Float32Array() }, trained, domain)))
})

function reply(id: number, measure: () => ReturnType<typeof trialRecords>): MeasuringReply {
  try {
    return { id, records: measure(), error: null }
  } catch (error) {
    return { id, records: [], error: error instanceof Error ? error.message : String(error) }
  }
}
