import type { CellProgress, Chunk, ChunkResult, Tally } from '@collapsar/sweep'
import { addTallies, BLOCK_TRIALS, EMPTY_TALLY } from '@collapsar/sweep'
import type { TrialSpec } from '@collapsar/trial'
import type { LiveWorker, Recorded, Store, SweepRecord, SweepState } from '@collapsar/store'

/**
 * Claims, blocks, gaps, prefixes and states of sweeps in memory, by the contract of `Store`; without measurement sets, without
 * audits and without faults of its own. `model-store.test.ts` holds it to what Postgres answers.
 */
export type ModelStore = Pick<
  Store,
  | 'activeSweeps' | 'progress' | 'issue' | 'unfinished' | 'release' | 'finishSweeps' | 'nextRound' | 'sweepCells' | 'liveWorkers' | 'sweep' | 'gaps' | 'withdraw'
> &
  ModelActions & ModelWorld

/** What workers and clients do. */
interface ModelActions {
  createSweep(sweep: ModelSweep): string
  chunkSpec(chunkId: string): { readonly chunk: Chunk; readonly spec: TrialSpec } | null
  record(result: Pick<ChunkResult, 'chunk'>): Recorded
  fail(chunkId: string): 'retry' | 'split' | 'gap' | 'gone'
  /** Gives the ids of the dropped chunks. */
  setState(sweepId: string, state: 'cancelled' | 'paused' | 'active'): readonly string[]
  extend(sweepId: string, inits: number): void
  retryGaps(sweepId: string): number
}

/** What the simulation looks at between two steps. */
interface ModelWorld {
  readonly cells: ReadonlyMap<string, ModelCell>
  readonly chunks: ReadonlyMap<string, LiveChunk>
  readonly sweeps: ReadonlyMap<string, ModelSweepRow>
  /** The workers that a heartbeat would have shown. */
  workers: readonly LiveWorker[]
}

export interface ModelSweep {
  readonly cells: readonly { readonly cell: string; readonly spec: TrialSpec; readonly inits: number }[]
  readonly adaptive: boolean
  /** As the planner reads it for its goals. */
  readonly source: unknown
}

export interface ModelCell {
  readonly spec: TrialSpec
  readonly blocks: Set<number>
  readonly gaps: Set<number>
}

export interface LiveChunk {
  readonly chunk: Chunk
  attempts: number
}

export interface ModelSweepRow {
  readonly record: SweepRecord
  state: SweepState
  adaptive: boolean
  readonly cells: { readonly cell: string; inits: number }[]
  /** Decided goals, a list a round. */
  readonly rounds: (readonly number[])[]
}

/** Failures of a chunk before it is split, and of a block before it is a gap: the contract's number. */
const ATTEMPTS = 3

/** @param tallyOf what the first `trials` trials of a block add up to: a function of cell and block, as training is */
export function createModelStore(tallyOf: (cell: string, block: number, trials: number) => Tally): ModelStore {
  const cells = new Map<string, ModelCell>()
  const chunks = new Map<string, LiveChunk>()
  const sweeps = new Map<string, ModelSweepRow>()
  const workers: readonly LiveWorker[] = []

  const cellOf = (id: string): ModelCell => found(cells.get(id), `cell ${id}`)
  const sweepOf = (id: string): ModelSweepRow => found(sweeps.get(id), `sweep ${id}`)
  const isSettled = (cell: ModelCell, block: number) => cell.blocks.has(block) || cell.gaps.has(block)
  const prefixOf = (cell: ModelCell): number => {
    let block = 0
    while (isSettled(cell, block)) block += 1
    return block
  }
  const isWanted = (cell: string, firstBlock: number, isOpen: (block: number) => boolean, blocks: number) =>
    [...sweeps.values()].some(
      (sweep) =>
        sweep.state === 'active' &&
        sweep.cells.some((wish) => wish.cell === cell && range(firstBlock, Math.min(firstBlock + blocks, goal(wish.inits))).some(isOpen)),
    )
  const isComplete = ({ cells: wishes }: ModelSweepRow) => wishes.every(({ cell, inits }) => prefixOf(cellOf(cell)) >= goal(inits))
  const dropUnwanted = ({ cells: wishes }: ModelSweepRow): string[] => {
    const mine = new Set(wishes.map(({ cell }) => cell))
    const dropped = [...chunks.values()].filter(({ chunk }) => {
      const { blocks } = cellOf(chunk.cell)
      return mine.has(chunk.cell) && !isWanted(chunk.cell, chunk.firstBlock, (block) => !blocks.has(block), chunk.blocks)
    })
    for (const { chunk } of dropped) chunks.delete(chunk.id)
    return dropped.map(({ chunk }) => chunk.id)
  }

  const progressOf = ({ cell: id, inits }: { cell: string; inits: number }): CellProgress => {
    const cell = cellOf(id)
    const [prefixBlocks, goalBlocks] = [prefixOf(cell), goal(inits)]
    const overlapping = [...chunks.values()].filter(
      ({ chunk }) => chunk.cell === id && chunk.firstBlock < goalBlocks && chunk.firstBlock + chunk.blocks > prefixBlocks,
    )
    return {
      cell: id,
      spec: cell.spec,
      goalBlocks,
      prefixBlocks,
      settled: range(prefixBlocks, goalBlocks).filter((block) => isSettled(cell, block)),
      claimed: overlapping
        .map(({ chunk }) => ({ first: chunk.firstBlock, count: chunk.blocks }))
        .toSorted((a, b) => a.first - b.first),
      secondsPerBlock: null,
    }
  }

  const issueOne = (chunk: Chunk): boolean => {
    const cell = cells.get(chunk.cell)
    if (cell === undefined || chunks.has(chunk.id)) return false
    if (range(chunk.firstBlock, chunk.firstBlock + chunk.blocks).some((block) => isSettled(cell, block))) return false
    if ([...chunks.values()].some(({ chunk: other }) => other.cell === chunk.cell && overlap(other, chunk))) return false
    if (!isWanted(chunk.cell, chunk.firstBlock, () => true, 1)) return false
    chunks.set(chunk.id, { chunk, attempts: 0 })
    return true
  }

  return {
    cells,
    chunks,
    sweeps,
    workers,
    createSweep({ cells: wishes, adaptive, source }) {
      const id = `sw-${sweeps.size}`
      for (const { cell, spec } of wishes) if (!cells.has(cell)) cells.set(cell, { spec, blocks: new Set(), gaps: new Set() })
      sweeps.set(id, {
        record: recordOf(id, source),
        state: 'active',
        adaptive,
        cells: wishes.map(({ cell, inits }) => ({ cell, inits })),
        rounds: [],
      })
      return id
    },
    sweep: async (id) => {
      const row = sweeps.get(id)
      return row === undefined ? null : shownAs(row)
    },
    activeSweeps: async () => [...sweeps.values()].filter(({ state }) => state === 'active').map(shownAs),
    progress: async (id) => sweepOf(id).cells.map(progressOf),
    issue: async (wanted) => wanted.filter(issueOne),
    unfinished: async (engine) => [...chunks.values()].map(({ chunk }) => chunk).filter((chunk) => chunk.engine === engine),
    release: async (ids) => ids.filter((id) => chunks.delete(id)),
    // Nobody lies here: there is nothing to withdraw.
    withdraw: async () => [],
    liveWorkers(this: ModelStore) {
      return Promise.resolve(this.workers)
    },
    gaps: async (id) =>
      sweepOf(id).cells.flatMap(({ cell, inits }) =>
        [...cellOf(cell).gaps].filter((block) => block < goal(inits)).map((block) => ({ cell, block, reason: 'poison' })),
      ),
    sweepCells: async (id) => sweepOf(id).cells.map((wish) => countsOf(wish, cellOf(wish.cell), { tallyOf, prefix: prefixOf(cellOf(wish.cell)) })),
    finishSweeps: async () => {
      const done = [...sweeps.values()].filter((sweep) => sweep.state === 'active' && !sweep.adaptive && isComplete(sweep))
      for (const sweep of done) sweep.state = 'done'
      return done.map(({ record }) => record.id)
    },
    nextRound: async (id, round, inits) => {
      const sweep = sweepOf(id)
      if (sweep.state !== 'active' || !sweep.adaptive || round !== sweep.rounds.length + 1 || !isComplete(sweep)) return false
      if (inits === null) sweep.adaptive = false
      else {
        sweep.rounds.push(inits)
        for (const [index, wish] of sweep.cells.entries()) wish.inits = Math.max(wish.inits, inits[index] ?? 0)
      }
      return true
    },
    chunkSpec: (id) => {
      const live = chunks.get(id)
      return live === undefined ? null : { chunk: live.chunk, spec: cellOf(live.chunk.cell).spec }
    },
    record: ({ chunk }) => {
      const cell = cellOf(chunk.cell)
      const fresh = range(chunk.firstBlock, chunk.firstBlock + chunk.blocks).filter((block) => !cell.blocks.has(block))
      for (const block of fresh) {
        cell.blocks.add(block)
        cell.gaps.delete(block)
      }
      chunks.delete(chunk.id)
      const counts = { recorded: fresh.length, duplicate: chunk.blocks - fresh.length }
      return counts.recorded === 0 || counts.duplicate === 0 ? counts : { ...counts, fresh }
    },
    fail: (id) => {
      const live = chunks.get(id)
      if (live === undefined) return 'gone'
      live.attempts += 1
      if (live.attempts < ATTEMPTS) return 'retry'
      chunks.delete(id)
      const { chunk } = live
      const cell = cellOf(chunk.cell)
      if (range(chunk.firstBlock, chunk.firstBlock + chunk.blocks).every((block) => isSettled(cell, block))) return 'gone'
      if (chunk.blocks === 1) {
        cell.gaps.add(chunk.firstBlock)
        return 'gap'
      }
      for (const half of halvesOf(chunk)) chunks.set(half.id, { chunk: half, attempts: 0 })
      return 'split'
    },
    setState: (id, state) => {
      const sweep = sweepOf(id)
      sweep.state = state
      return state === 'active' ? [] : dropUnwanted(sweep)
    },
    extend: (id, inits) => {
      const sweep = sweepOf(id)
      for (const wish of sweep.cells) wish.inits = Math.max(wish.inits, inits)
      if (sweep.state === 'done') sweep.state = 'active'
    },
    retryGaps: (id) => {
      const sweep = sweepOf(id)
      let lost = 0
      for (const { cell, inits } of sweep.cells) {
        const { gaps } = cellOf(cell)
        for (const block of [...gaps].filter((gap) => gap < goal(inits))) {
          gaps.delete(block)
          lost += 1
        }
      }
      if (lost > 0) sweep.state = 'active'
      return lost
    },
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`)
  return value
}

export function goal(inits: number): number {
  return Math.ceil(inits / BLOCK_TRIALS)
}

export function range(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset)
}

export function overlap(a: Chunk, b: Chunk): boolean {
  return a.firstBlock < b.firstBlock + b.blocks && b.firstBlock < a.firstBlock + a.blocks
}

function halvesOf(chunk: Chunk): Chunk[] {
  const left = Math.floor(chunk.blocks / 2)
  return [
    { ...chunk, id: `${chunk.id}-a`, blocks: left },
    { ...chunk, id: `${chunk.id}-b`, firstBlock: chunk.firstBlock + left, blocks: chunk.blocks - left },
  ]
}

function recordOf(id: string, source: unknown): SweepRecord {
  const never = new Date(0)
  const labels = { name: id, owner: 'local', tags: [], priority: 0, measure: [], extension: null }
  return { id, state: 'active', source, createdAt: never, finishedAt: null, reused: 0, adaptive: false, rounds: 0, ...labels }
}

function shownAs({ record, state, adaptive, rounds }: ModelSweepRow): SweepRecord {
  return { ...record, state, adaptive, rounds: rounds.length }
}

interface Counting {
  readonly tallyOf: (cell: string, block: number, trials: number) => Tally
  readonly prefix: number
}

/** The trials [0, inits) as far as the prefix goes, less the gaps in it. */
function countsOf({ cell, inits }: { cell: string; inits: number }, { spec, blocks, gaps }: ModelCell, { tallyOf, prefix }: Counting) {
  const trialsIn = (block: number) => Math.min(BLOCK_TRIALS, inits - block * BLOCK_TRIALS)
  const counted = range(0, Math.min(prefix, goal(inits)))
  const tally = addTallies([EMPTY_TALLY, ...counted.filter((block) => blocks.has(block)).map((block) => tallyOf(cell, block, trialsIn(block)))])
  const lost = counted.filter((block) => gaps.has(block)).reduce((sum, block) => sum + trialsIn(block), 0)
  return { cell, spec, inits, tally, gaps: lost, digest: null, engines: [] }
}
