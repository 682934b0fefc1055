import type { TrialSpec } from '@collapsar/trial'
import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import type { PrismaClient } from './generated/client.ts'
import { sweepRecord } from './read-sweep.ts'
import type { GapRecord, LoggedExtension, SweepRecord } from './store.ts'

/**
 * The ordinary look-ups, by Prisma on the store's pool. Its query compiler takes a tenth of a second to load, so it is
 * loaded by the first look-up: a process that only records or only reads surfaces never waits for it.
 */
export class Catalogue {
  readonly #pool: pg.Pool
  #loading: Promise<PrismaClient> | null = null

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  #prisma(): Promise<PrismaClient> {
    this.#loading ??= import('./generated/client.ts').then(
      (generated) => new generated.PrismaClient({ adapter: new PrismaPg(this.#pool) }),
    )
    return this.#loading
  }

  /** Oldest first. */
  async activeSweeps(): Promise<readonly SweepRecord[]> {
    const rows = await (await this.#prisma()).sweep.findMany({
      where: { state: 'active' },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      include: DECISIONS,
    })
    return rows.map(withDecisions)
  }

  /** The terminal gaps that the sweep reads, and its sets that were given up, in its cells' order and then by block. */
  async gaps(sweepId: string): Promise<readonly GapRecord[]> {
    const rows = await (await this.#prisma()).sweepCell.findMany({
      where: { sweepId },
      orderBy: { position: 'asc' },
      select: {
        goalBlocks: true,
        sweep: { select: { measure: true } },
        cell: {
          select: {
            id: true,
            gaps: { orderBy: { index: 'asc' } },
            measurements: {
              where: { reason: { not: null } },
              select: { index: true, set: true, reason: true },
              orderBy: [{ index: 'asc' }, { set: 'asc' }],
            },
          },
        },
      },
    })
    return rows.flatMap(({ goalBlocks, sweep, cell }) =>
      [
        ...cell.gaps,
        ...cell.measurements
          .filter(({ set }) => sweep.measure.includes(set))
          .map(({ index, set, reason }) => ({ index, reason: `${set}: ${reason ?? ''}` })),
      ]
        .filter(({ index }) => index < goalBlocks)
        .toSorted((a, b) => a.index - b.index)
        .map(({ index, reason }) => ({ cell: cell.id, block: index, reason })),
    )
  }

  async cellSpec(id: string): Promise<TrialSpec | null> {
    const row = await (await this.#prisma()).cell.findUnique({ where: { id }, select: { spec: true } })
    // Written by createSweep from a TrialSpec; nothing else writes it.
    return row === null ? null : (row.spec as unknown as TrialSpec)
  }

  /** Leaves the pool open. */
  async close(): Promise<void> {
    await (await this.#loading)?.$disconnect()
  }
}

const DECISIONS = {
  _count: { select: { rounds: true } },
  extensions: {
    orderBy: { number: 'desc' },
    take: 1,
    select: { number: true, inits: true, maxInits: true, maxDeviceSeconds: true },
  },
} as const

type DecidedRow = Omit<Parameters<typeof sweepRecord>[0], 'rounds' | 'extension'> & {
  readonly _count: { readonly rounds: number }
  /** The last one, if any. */
  readonly extensions: readonly LoggedExtension[]
}

function withDecisions({ _count: counted, extensions, ...row }: DecidedRow): SweepRecord {
  return sweepRecord({ ...row, rounds: counted.rounds, extension: extensions[0] ?? null })
}
