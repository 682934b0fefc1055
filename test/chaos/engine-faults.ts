import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { collapsar } from '../support/collapsar.ts'
import { documentOf } from '../support/laboratory.ts'
import { openInstallation, until } from './installation.ts'
import { deliveries } from './scenario.ts'
import type { Scenario } from './scenario.ts'
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

/** The trial whose training throws, in block 1 of every cell. */
const POISON = 137

/** F12: a block that cannot be trained costs itself alone. */
export const poisonedChunk: Scenario = {
  id: 'F12',
  fault: 'a chunk that always fails',
  promise: '3 attempts, a gap, other blocks finish, exit code 8',
  limitSeconds: 300,
  run: async (servers) => {
    const site = await openInstallation(servers)
    try {
      const id = await submit(site.store, ripple(0))
      site.sabotaged('worker', { POISON: String(POISON) })
      site.planner()
      await until('the sweep is done', () => isDone(site.store, id), 120_000)
      const gaps = await site.store.gaps(id)
      expect(gaps.map(({ block, reason }) => [block, reason])).toEqual([1, 1].map((block) => [block, `trial ${POISON} is poison`]))
      expect((await documentOf(site.store, id)).cells.map(({ trials, gaps: lost }) => [trials, lost])).toEqual([[500, 100], [500, 100]])
      const failures = site.logged('chunk failed')
      const last = failures.filter(({ consequence }) => consequence === 'gap')
      expect(last).toHaveLength(2)
      for (const { chunk } of last) expect(failures.filter((failure) => failure['chunk'] === chunk)).toHaveLength(3)
      expect((await site.store.verify()).mismatches).toEqual([])
      expect(await exitCodeOf(ripple(0), site.databaseUrl)).toBe(8)
      expect(await site.store.retryGaps(id)).toBe(2)
      await Promise.all(site.services.map((service) => service.end()))
      site.planner()
      site.worker()
      await until('the gaps are filled', () => isDone(site.store, id))
      await expectGolden(site.store, id, await calm(servers, ripple(0)))
      return { struck: failures.length, ...deliveries(site), overCalm: null, note: 'healed by a retry on a sound worker' }
    } finally {
      await site.close()
    }
  },
}

async function exitCodeOf(source: unknown, databaseUrl: string): Promise<number | null> {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-chaos-'))
  try {
    const file = join(folder, 'sweep.json')
    writeFileSync(file, JSON.stringify(source))
    return (await collapsar(['run', file, '--json'], { DATABASE_URL: databaseUrl })).code
  } finally {
    rmSync(folder, { recursive: true })
  }
}
