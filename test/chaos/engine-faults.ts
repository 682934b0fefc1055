import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { collapsar } from '../support/collapsar.ts'
import { documentOf } from '../support/laboratory.ts'
import { strength } from './form.ts'
import { openInstallation, until } from './installation.ts'
import type { Installation, Servers } from './installation.ts'
import { deliveries } from './scenario.ts'
import type { Findings, Scenario } from './scenario.ts'
import { calm, expectGolden, isDone, ripple, submit, wave } from './waves.ts'

/** F10: workers of two versions of an engine train one sweep. */
export const mixedEngines: Scenario = {
  id: 'F10',
  fault: 'engine upgraded in the middle of a sweep',
  promise: 'every version of a cell is named',
  limitSeconds: 300,
  run: async (servers) => {
    const site = await openInstallation(servers)
    try {
      const id = await submit(site.store, wave(0))
      const old = site.sabotaged('worker', { ENGINE_VERSION: 'before' })
      site.planner()
      await until('the old version has recorded in each cell', async () =>
        (await site.store.sweepCells(id)).every(({ engines }) => engines.length > 0), 120_000)
      await old.end('SIGKILL')
      site.sabotaged('worker', { ENGINE_VERSION: 'after' })
      await until('the sweep is done', () => isDone(site.store, id), 180_000)
      await expectGolden(site.store, id, await calm(servers, wave(0)))
      const cells = await site.store.sweepCells(id)
      expect(cells.map(({ engines }) => engines.map(({ version }) => version).toSorted())).toEqual(cells.map(() => ['after', 'before']))
      for (const { engine } of (await documentOf(site.store, id)).cells) expect(engine).toMatch(/before.*after|after.*before/)
      return { struck: 1, ...deliveries(site), overCalm: null, note: 'both versions named in every cell; a block is of one' }
    } finally {
      await site.close()
    }
  },
}

/** The trial that cannot be trained, in block 1 of every cell; as in `test/support/crashing-training.mjs`. */
const POISON = 137

/** Six blocks a cell, of which a chunk has several: so that one is split. */
const POISONED = { ...ripple(0), grid: { depth: [4, 5], width: 4 }, inits: 600 }
const DEPTHS = POISONED.grid.depth

/** How it fails: its process dies, or the engine throws in one that lives. */
const WAYS: readonly { readonly faults: Readonly<Record<string, string>>; readonly reason: string }[] = [
  { faults: { CRASHING: '1' }, reason: 'the training process ended by SIGSEGV' },
  ...(strength(1, 1, 0) === 1 ? [{ faults: { POISON: String(POISON) }, reason: `trial ${POISON} is poison` }] : []),
]

/** F12: a block that cannot be trained costs itself alone. */
export const poisonedChunk: Scenario = {
  id: 'F12',
  fault: 'a chunk that always ends its training process by SIGSEGV, or always throws',
  promise: '3 attempts, split, a gap, other blocks finish, exit code 8',
  limitSeconds: 400,
  run: async (servers) => {
    const sum = { struck: 0, redeliveries: 0, duplicates: 0, overCalm: null, note: 'healed by a retry on a sound worker' }
    for (const way of WAYS) {
      const { struck, redeliveries, duplicates } = await poison(servers, way)
      sum.struck += struck
      sum.redeliveries += redeliveries ?? 0
      sum.duplicates += duplicates ?? 0
    }
    return sum
  },
}

/** A user submits to a server and watches, while the one worker there is fails at a block of each cell. */
async function poison(servers: Servers, { faults, reason }: (typeof WAYS)[number]): Promise<Omit<Findings, 'note' | 'overCalm'>> {
  const site = await openInstallation(servers)
  try {
    const { url } = await site.start('serve', '--port', '0').event('serving')
    const watched = onCommandLine(['submit', '--watch'], { COLLAPSAR_URL: String(url) })
    const broken = site.sabotaged('worker', faults)
    site.planner()
    expect(await watched).toBe(8)

    const id = (await site.store.sweeps(10))[0]!.id
    const gaps = await site.store.gaps(id)
    expect(gaps.map((gap) => [gap.block, gap.reason])).toEqual(DEPTHS.map(() => [1, reason]))
    expect((await documentOf(site.store, id)).cells.map(({ trials, gaps: lost }) => [trials, lost])).toEqual(DEPTHS.map(() => [POISONED.inits - 100, 100]))
    const failures = expectAttempts(site)
    expect(broken.child.exitCode, 'the worker lives').toBeNull()
    expect((await site.store.verify()).mismatches).toEqual([])
    expect(await onCommandLine(['run', '--json'], { DATABASE_URL: site.databaseUrl })).toBe(8)

    expect(await site.store.retryGaps(id)).toBe(DEPTHS.length)
    await Promise.all(site.services.map((service) => service.end()))
    site.planner()
    site.worker()
    await until('the gaps are filled', () => isDone(site.store, id))
    await expectGolden(site.store, id, await calm(servers, POISONED))
    return { struck: failures, ...deliveries(site) }
  } finally {
    await site.close()
  }
}

/** A gap in each cell and every larger chunk split, each after three failures of the chunk itself. @returns failures of chunks */
function expectAttempts(site: Installation): number {
  const failures = site.logged('chunk failed')
  const last = failures.filter(({ consequence }) => consequence === 'gap')
  const split = failures.filter(({ consequence }) => consequence === 'split')
  expect([last.length, split.length > 0]).toEqual([DEPTHS.length, true])
  for (const { chunk } of [...last, ...split]) expect(failures.filter((failure) => failure['chunk'] === chunk)).toHaveLength(3)
  return failures.length
}

/** Runs `collapsar COMMAND FILE ...` with the sweep and gives its exit code. */
async function onCommandLine([command = '', ...options]: readonly string[], environment: Readonly<Record<string, string>>): Promise<number | null> {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-chaos-'))
  try {
    const file = join(folder, 'sweep.json')
    writeFileSync(file, JSON.stringify(POISONED))
    return (await collapsar([command, file, ...options], environment)).code
  } finally {
    rmSync(folder, { recursive: true })
  }
}
