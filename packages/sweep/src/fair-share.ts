import type { Chunk, EngineKind } from './chunk.ts'
import { blockSeconds, chunkBlocks, openBetween } from './plan-round.ts'
import type { BlockRange, ChunkSizing, OpenRange } from './plan-round.ts'

/** What one active sweep has open. */
export interface OpenSweep {
  readonly id: string
  readonly owner: string
  /** Higher goes first among the sweeps of one owner. */
  readonly priority: number
  /** In the order in which they are to be trained. */
  readonly open: readonly OpenRange[]
}

/**
 * By how many seconds of workers each owner, each priority of an owner and each sweep was given more than the one of its siblings with open work
 * that was given least, at equal weights: what it waits for the others to have, too. Never below 0, as nobody saves up while idle. A planner that
 * begins anew with none is fair from then on.
 */
export type Leads = ReadonlyMap<string, number>

export interface Shares {
  readonly chunks: readonly Chunk[]
  /** For the next call. */
  readonly leads: Leads
}

export interface ShareOptions {
  readonly sizing: ChunkSizing
  readonly leads: Leads
  /** Names for the queue: letters, digits and '-'. */
  readonly identify: (range: OpenRange) => { readonly id: string; readonly engine: EngineKind }
}

/**
 * What a priority gets of its owner's time, as a share of the next higher one with open work: enough that its map appears, too little to
 * delay what is urgent by more than about a tenth...
 */
const LOWER_PRIORITY_SHARE = 0.1
/** ...and at the least, so that nothing starves below many others: a minute and a half of a worker's day. */
const LEAST_PRIORITY_SHARE = 0.001

/**
 * Cuts at most `count` chunks off what is open, fairly in the seconds of workers that they take: first between owners, so that nobody gains by
 * submitting many sweeps or by ranking them high; then between the priorities of an owner, each with a tenth of the one above; then between
 * the sweeps of one priority, so that a small one is never stuck behind a huge one. By stride scheduling (Waldspurger and Weihl 1995, Stride
 * Scheduling: Deterministic Proportional-Share Resource Management, MIT/LCS/TM-528): whoever has had the least, over its weight, is next.
 * Ties go by order, so the same input gives the same chunks. A block that several sweeps want is cut once, and charged to the one whose turn
 * it was.
 */
export function shareOut(sweeps: readonly OpenSweep[], count: number, { sizing, leads, identify }: ShareOptions): Shares {
  const taken = new Map<string, BlockRange[]>()
  const contest = contestOf(sweeps, leads)
  const chunks: Chunk[] = []
  while (chunks.length < count) {
    const turn = turnOf(contest)
    if (turn === null) break
    const range = turn.sweep.next(taken)
    if (range === null) continue
    const blocks = Math.min(range.count, chunkBlocks(range, sizing))
    chunks.push({ ...identify(range), cell: range.cell, firstBlock: range.first, blocks })
    take(taken, range.cell, { first: range.first, count: blocks })
    const seconds = blocks * blockSeconds(range, sizing)
    for (const served of turn.path) served.pass += seconds / served.weight
  }
  return { chunks, leads: new Map(leadsBelow(contest)) }
}

/** The same for sweeps of one owner and priority, from the beginning. */
export function nextChunks(
  sweeps: readonly (readonly OpenRange[])[],
  count: number,
  sizing: ChunkSizing,
  identify: ShareOptions['identify'],
): readonly Chunk[] {
  const equals = sweeps.map((open, index) => ({ id: String(index), owner: '', priority: 0, open }))
  return shareOut(equals, count, { sizing, leads: new Map(), identify }).chunks
}

/** What is left of what was open once these chunks are claimed, [sweep]. */
export function withoutChunks(sweeps: readonly OpenSweep[], chunks: readonly Chunk[]): OpenSweep[] {
  const taken = new Map<string, BlockRange[]>()
  for (const { cell, firstBlock, blocks } of chunks) take(taken, cell, { first: firstBlock, count: blocks })
  return sweeps.map((sweep) => ({ ...sweep, open: sweep.open.flatMap((range) => remaining(range, taken)) }))
}

function take(taken: Map<string, BlockRange[]>, cell: string, range: BlockRange): void {
  const ranges = taken.get(cell)
  if (ranges === undefined) taken.set(cell, [range])
  else ranges.push(range)
}

function remaining(range: OpenRange, taken: ReadonlyMap<string, readonly BlockRange[]>): OpenRange[] {
  const claims = taken.get(range.cell)
  if (claims === undefined) return [range]
  return openBetween(range, claims).map((left) => ({ ...range, ...left }))
}

/** The open ranges of a sweep: the next one is cut at its front, and what is left of it goes to the end, so that all cells sharpen together. */
class SweepQueue {
  readonly #ranges: OpenRange[]
  #next = 0

  constructor(open: readonly OpenRange[]) {
    this.#ranges = [...open]
  }

  get isEmpty(): boolean {
    return this.#next >= this.#ranges.length
  }

  /** The first range with an open block, which comes again behind the others without what is taken by then; null when there is none. */
  next(taken: ReadonlyMap<string, readonly BlockRange[]>): OpenRange | null {
    for (;;) {
      const range = this.#ranges[this.#next]
      if (range === undefined) return null
      this.#next += 1
      const left = remaining(range, taken)
      this.#ranges.push(...left)
      if (left[0] !== undefined) return left[0]
    }
  }
}

/** The root, an owner, a priority of an owner, or a sweep: its children take turns. */
interface Contestant {
  readonly name: string
  readonly weight: number
  /** Seconds it was given, over its weight, counted from an origin that it shares with its siblings. */
  pass: number
  readonly children: readonly Contestant[]
  /** The children that have something open. */
  readonly waiting: Contestant[]
  /** Of a sweep. */
  readonly queue: SweepQueue | null
}

type Place = Pick<Contestant, 'name' | 'weight'>

function contestOf(sweeps: readonly OpenSweep[], leads: Leads): Contestant {
  const place = (name: string, weight: number) => ({ name, weight, pass: (leads.get(name) ?? 0) / weight })
  const branch = (at: Place, children: readonly Contestant[]): Contestant => ({
    ...place(at.name, at.weight),
    children,
    waiting: children.filter(isOpen),
    queue: null,
  })
  const sweepOf = ({ id, open }: OpenSweep): Contestant => ({
    ...place(`sweep ${id}`, 1),
    children: [],
    waiting: [],
    queue: new SweepQueue(open),
  })
  const owners = [...groupBy(sweeps, ({ owner }) => owner)].map(([owner, ofOwner]) => {
    const ranks = [...groupBy(ofOwner, ({ priority }) => priority)].toSorted(([a], [b]) => b - a)
    let weight = 1
    const priorities = ranks.map(([priority, ranked]) => {
      const one = branch({ name: `priority ${priority} of ${owner}`, weight }, ranked.map(sweepOf))
      if (isOpen(one)) weight = Math.max(LEAST_PRIORITY_SHARE, weight * LOWER_PRIORITY_SHARE)
      return one
    })
    return branch({ name: `owner ${owner}`, weight: 1 }, priorities)
  })
  return branch({ name: 'all', weight: 1 }, owners)
}

function isOpen({ queue, waiting }: Contestant): boolean {
  return queue === null ? waiting.length > 0 : !queue.isEmpty
}

interface Turn {
  readonly sweep: SweepQueue
  /** An owner, its priority and its sweep. */
  readonly path: readonly Contestant[]
}

/** Whose turn it is; null when nothing is open. Who has nothing open any more leaves. */
function turnOf(root: Contestant): Turn | null {
  const path: Contestant[] = []
  for (;;) {
    const last = path.at(-1) ?? root
    if (last.queue !== null && !last.queue.isEmpty) return { sweep: last.queue, path }
    const next = leastOf(last.waiting)
    if (next !== null) path.push(next)
    else if (path.pop() === undefined) return null
    else leave(path.at(-1) ?? root, last)
  }
}

/** The one with the lowest pass; of equals, the first. */
function leastOf(siblings: readonly Contestant[]): Contestant | null {
  return siblings.reduce<Contestant | null>((least, one) => (least === null || one.pass < least.pass ? one : least), null)
}

function leave(parent: Contestant, child: Contestant): void {
  parent.waiting.splice(parent.waiting.indexOf(child), 1)
}

/** Everybody's lead over the least of the siblings that still have something open; without such a one there is nothing to wait for. */
function leadsBelow(parent: Contestant): [name: string, seconds: number][] {
  const least = leastOf(parent.waiting.filter(isOpen))?.pass ?? Infinity
  return parent.children.flatMap((child) => [
    [child.name, Math.max(0, child.pass - least) * child.weight] as [string, number],
    ...leadsBelow(child),
  ])
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}
