import type { Metrics } from '@collapsar/metrics'
import type { AuditWork, Store } from '@collapsar/store'
import type { ChunkWork } from '@collapsar/sweep'
import type { Engine } from '@collapsar/trial'
import type { Logger } from 'pino'
import { trainHere } from './training.ts'
import type { Training } from './training.ts'

export interface AuditMeans {
  readonly store: Pick<Store, 'claimAudit' | 'vote' | 'failAudit'>
  /** Where chunks are trained, and these blocks too. Its numerics say what it can audit. */
  readonly training: Training
  /**
   * Opens another engine than the one that records, with the same numerics: it has the last word where two workers differ and there is no
   * third. Absent: this worker never arbitrates.
   */
  readonly openArbiter?: () => Engine
  readonly log: Logger
  readonly metrics?: Metrics
}

/**
 * Trains one block again that another worker recorded, and says what its digest is. It records nothing.
 * @returns false when there was none
 */
export async function auditOne(means: AuditMeans, worker: string, signal: AbortSignal): Promise<boolean> {
  const { store, log, metrics } = means
  const can = { numerics: means.training.engine.numerics, arbitrates: means.openArbiter !== undefined }
  const work = await store.claimAudit(worker, can)
  if (work === null) return false
  const trained = await train(means, work, signal).catch(async (error: unknown) => {
    if (signal.aborted) throw error
    log.error({ err: error, audit: work.audit, cell: work.cell, block: work.block }, 'audit failed')
    await store.failAudit(work.audit, error instanceof Error ? error.message : String(error))
    return null
  })
  if (trained === null) return true
  const verdict = await store.vote(work.audit, { worker, arbitration: work.arbitration, ...trained })
  const facts = { audit: work.audit, cell: work.cell, block: work.block, arbitration: work.arbitration, verdict }
  if (verdict === 'match' || verdict === 'late') log.debug(facts, 'block audited')
  else log.warn(facts, 'audit found a difference')
  if (verdict === 'match' || verdict === 'mismatch') metrics?.audits.inc({ result: verdict })
  return true
}

interface Trained {
  /** Of the block, 32 bytes. */
  readonly digest: Uint8Array
  /** Id and version. */
  readonly engine: string
}

async function train({ training, openArbiter }: AuditMeans, work: AuditWork, signal: AbortSignal): Promise<Trained> {
  if (!work.arbitration) return digestBy(training, work, signal)
  const arbiter = openArbiter?.()
  if (arbiter === undefined) throw new Error('this worker has no arbiter')
  const own = trainHere(arbiter)
  try {
    return await digestBy(own, work, signal)
  } finally {
    await own.close()
    await arbiter.close()
  }
}

async function digestBy(training: Training, work: AuditWork, signal: AbortSignal): Promise<Trained> {
  const { blocks } = await training.train(chunkWork(work), signal)
  const digest = blocks[0]?.digest
  if (digest === undefined) throw new Error('the training gave no block')
  return { digest, engine: `${training.engine.id} ${training.engine.version}` }
}

/** A chunk that no queue knows. */
function chunkWork({ audit, cell, spec, block }: AuditWork): ChunkWork {
  return { chunk: { id: `audit-${audit}`, cell, engine: 'cpu', firstBlock: block, blocks: 1 }, spec, sets: [] }
}
