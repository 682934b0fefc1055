import { CollapsarError } from '@collapsar/sweep'
import type { TrialSpec } from '@collapsar/trial'
import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { PrismaClient } from './generated/client.ts'
import type { Sweep } from './generated/client.ts'
import type { GapRecord, SweepRecord, SweepState } from './store.ts'

/** The ordinary look-ups, by Prisma on the store's pool. */
export class Catalogue {
  readonly #prisma: PrismaClient

  constructor(pool: pg.Pool) {
    this.#prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  }

  async sweep(id: string): Promise<SweepRecord | null> {
    const row = await this.#prisma.sweep.findUnique({ where: { id } })
    return row === null ? null : sweepRecord(row)
  }

  /** @throws CollapsarError `not-found` */
  async existingSweep(id: string): Promise<SweepRecord> {
    const sweep = await this.sweep(id)
    if (sweep === null) throw new CollapsarError('not-found', `There is no sweep "${id}".`)
    return sweep
  }

  /** Newest first. */
  async sweeps(limit: number): Promise<readonly SweepRecord[]> {
    const rows = await this.#prisma.sweep.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], take: limit })
    return rows.map(sweepRecord)
  }

  /** Oldest first. */
  async activeSweeps(): Promise<readonly SweepRecord[]> {
    const rows = await this.#prisma.sweep.findMany({
      where: { state: 'active' },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    })
    return rows.map(sweepRecord)
  }

  /** The terminal gaps that the sweep reads, in its cells' order and then by block. */
  async gaps(sweepId: string): Promise<readonly GapRecord[]> {
    const rows = await this.#prisma.sweepCell.findMany({
      where: { sweepId },
      orderBy: { position: 'asc' },
      select: { goalBlocks: true, cell: { select: { id: true, gaps: { orderBy: { index: 'asc' } } } } },
    })
    return rows.flatMap(({ goalBlocks, cell }) =>
      cell.gaps
        .filter(({ index }) => index < goalBlocks)
        .map(({ index, reason }) => ({ cell: cell.id, block: index, reason })),
    )
  }

  async cellSpec(id: string): Promise<TrialSpec | null> {
    const row = await this.#prisma.cell.findUnique({ where: { id }, select: { spec: true } })
    // Written by createSweep from a TrialSpec; nothing else writes it.
    return row === null ? null : (row.spec as unknown as TrialSpec)
  }

  /** Leaves the pool open. */
  async close(): Promise<void> {
    await this.#prisma.$disconnect()
  }
}

function sweepRecord(row: Sweep): SweepRecord {
  return {
    id: row.id,
    name: row.name,
    // A check of the database allows no other.
    state: row.state as SweepState,
    source: row.source,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
    reused: Number(row.reused),
  }
}
