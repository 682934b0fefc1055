import type { ForeignBlock, Store } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import type { ChunkWork, EngineVersion } from '@collapsar/sweep'
import { hasPortableBits } from '@collapsar/trial'
import type { Logger } from 'pino'
import type { Training } from './training.ts'

export interface ComparisonDependencies {
  readonly store: Pick<Store, 'foreignBlock'>
  readonly training: Training
  readonly log: Logger
}

/**
 * To be called before blocks are recorded: makes sure that this engine may add to the cell. Where the cell has blocks of other
 * engines alone, one of them is trained again and compared.
 *
 * An engine's version changes whenever a bit of its output can change, so blocks of two versions are never assumed to be one
 * experiment: the first worker of a new version shows it on a recorded block. After that the cell names the version, and nobody
 * compares again. Where the numerics promises no bits, the log alone says that engines mix.
 * @throws CollapsarError `damaged` naming both engines when the bits differ: this one must not record
 */
export async function compareEngines(
  { store, training, log }: ComparisonDependencies,
  work: ChunkWork,
  signal: AbortSignal,
): Promise<void> {
  const { cell } = work.chunk
  const foreign = await store.foreignBlock(cell, training.engine)
  if (foreign === null) return
  const comparable = hasPortableBits(work.spec.numerics)
  log.warn({ cell, engine: named(training.engine), other: named(foreign.engine), compared: comparable }, 'engines mix in one cell')
  if (!comparable) return
  const chunk = { ...work.chunk, firstBlock: foreign.index, blocks: 1 }
  const { blocks } = await training.train({ ...work, chunk, sets: [] }, signal)
  if (Buffer.compare(blocks[0]?.digest ?? new Uint8Array(), foreign.digest) !== 0) throw new EnginesDiffer(cell, training.engine, foreign)
}

/** No chunk is to blame, and no waiting helps. */
export class EnginesDiffer extends CollapsarError {
  constructor(cell: string, own: EngineVersion, foreign: ForeignBlock) {
    super(
      'damaged',
      `The engine ${named(own)} gives other bits than ${named(foreign.engine)}, which recorded block ${foreign.index} of cell ${cell}; ` +
        'nothing is recorded. One of the two is at fault, or the numerics needs a new revision.',
    )
  }
}

function named({ id, version }: EngineVersion): string {
  return `${id} ${version}`
}
