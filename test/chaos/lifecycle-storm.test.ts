import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aliveBlocks, TEST_ENGINE, wish } from '../support/blocks.ts'
import { runSql, startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { finishCalmly, MOST_INITS, randomNumbers, STORM_SEEDS, stormActor } from '../support/storm.ts'
import type { StormFacts } from '../support/storm.ts'
import { strength } from './form.ts'

/** Of the random numbers; another one by COLLAPSAR_STORM_SEED. The order in which the connections come is the machine's. */
const SEED = Number(process.env['COLLAPSAR_STORM_SEED'] ?? 20_261_121)
const ACTIONS = strength(1000, 1000, 400)
/** Actors at once, each with as many connections as it needs from one pool. */
const ACTORS = 8
/** For the storm and the looks after it: 1,000 actions take 9 s on two cores, and many times that beside others. */
const LIMIT_MS = strength(480_000, 480_000, 240_000)

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** Writes down every change of a state, and every sweep that is deleted, as the database sees them. */
const WATCH = `
  CREATE TABLE transitions (before TEXT NOT NULL, after TEXT NOT NULL);
  CREATE FUNCTION note_transition() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO transitions VALUES (OLD.state, CASE TG_OP WHEN 'DELETE' THEN 'deleted' ELSE NEW.state END);
    RETURN NULL;
  END $$;
  CREATE TRIGGER note_update AFTER UPDATE OF state ON sweeps FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION note_transition();
  CREATE TRIGGER note_delete AFTER DELETE ON sweeps FOR EACH ROW EXECUTE FUNCTION note_transition();`

/** The machine of sweep-state.ts, written out by hand. */
const LEGAL = [
  'active cancelled', 'active done', 'active paused',
  'cancelled deleted',
  'done active', 'done deleted',
  'paused active', 'paused cancelled', 'paused deleted',
]

/** What must never be found in the database, and the query that finds it. */
const BROKEN: Readonly<Record<string, string>> = {
  'a sweep that is done with a row that is not frozen':
    `SELECT id FROM sweeps WHERE state = 'done' AND EXISTS (SELECT FROM sweep_cells WHERE sweep = id AND tally IS NULL)`,
  'two live chunks with a common block':
    `SELECT a.id, b.id FROM chunks a JOIN chunks b ON a.cell = b.cell AND a.id < b.id
       AND a.first_block < b.first_block + b.blocks AND b.first_block < a.first_block + a.blocks`,
  'a frozen row that the prefix of its cell does not reach, without a retried gap':
    `SELECT sweep, position FROM sweep_cells JOIN cells ON key = cell WHERE sweep_cells.tally IS NOT NULL AND gaps = 0 AND goal_blocks > prefix_blocks
       AND (SELECT count(*) FROM blocks WHERE blocks.cell = key AND index < goal_blocks) < goal_blocks`,
  'extensions that are not numbered from 1, or that shrink':
    `SELECT sweep FROM (SELECT sweep, number, row_number() OVER asked AS place, coalesce(inits, max_inits) AS wish,
       lag(coalesce(inits, max_inits)) OVER asked AS before FROM extensions WINDOW asked AS (PARTITION BY sweep ORDER BY number)) log
     WHERE number <> place OR wish < before`,
  'a goal that is not that of the last extension':
    `SELECT wish.sweep FROM sweep_cells wish JOIN extensions ON extensions.sweep = wish.sweep AND extensions.inits IS NOT NULL
     WHERE number = (SELECT max(number) FROM extensions e WHERE e.sweep = wish.sweep) AND wish.inits <> extensions.inits`,
}

async function requireSound(databaseUrl: string, store: Store): Promise<void> {
  for (const [what, query] of Object.entries(BROKEN)) expect(await runSql(databaseUrl, query), what).toEqual([])
  expect((await store.verify()).mismatches).toEqual([])
}

/** What sweeps that ask for the same read of a database in which all was recorded in one go. */
async function calmCells(store: Store, cells: readonly { readonly spec: { readonly seed: number }; readonly inits: number }[]) {
  const wishes = cells.map(({ spec, inits }) => wish(spec.seed, inits))
  return store.sweepCells((await store.createSweep({ name: 'calm', source: null, cells: wishes })).sweep.id)
}

it(`keeps its machine and its counts through ${ACTIONS} random actions of ${ACTORS} actors at once (seed ${SEED})`, async () => {
  const databaseUrl = await server.createDatabase()
  const store = await openStore({ databaseUrl, poolSize: ACTORS })
  await runSql(databaseUrl, WATCH)
  const facts: StormFacts = { recorded: 0, refusals: new Map() }
  const started = performance.now()
  let begun = 0
  let actions = 0
  await Promise.all(
    Array.from({ length: ACTORS }, async (_, actor) => {
      const act = stormActor(store, randomNumbers(SEED + actor), facts)
      for (begun += 1; begun <= ACTIONS; begun += 1) {
        await act()
        actions += 1
      }
    }),
  )
  // Neither a deadlock nor any other failure reached a caller: refusals alone.
  expect([...facts.refusals.keys()].toSorted().filter((code) => !['conflict', 'idempotency-mismatch', 'not-found'].includes(code))).toEqual([])
  await requireSound(databaseUrl, store)

  await finishCalmly(store, facts)
  await requireSound(databaseUrl, store)
  const transitions = await runSql<{ step: string; count: number }>(
    databaseUrl,
    `SELECT before || ' ' || after AS step, count(*)::int AS count FROM transitions GROUP BY 1 ORDER BY 1`,
  )
  expect(transitions.map(({ step }) => step).filter((step) => !LEGAL.includes(step))).toEqual([])
  // The storm went through most of the machine, or it showed nothing.
  expect(actions).toBe(ACTIONS)
  expect(transitions.length).toBeGreaterThan(LEGAL.length / 2)
  // Every block was counted once, whoever recorded it how often.
  expect(await runSql(databaseUrl, 'SELECT count(*)::int AS blocks FROM blocks')).toEqual([{ blocks: facts.recorded }])

  const calm = await openStore({ databaseUrl: await server.createDatabase() })
  await calm.createSweep({ name: 'all', source: null, cells: STORM_SEEDS.map((seed) => wish(seed, MOST_INITS)) })
  for (const seed of STORM_SEEDS) await calm.recordBlocks(wish(seed, 0).cell, aliveBlocks(seed, 0, MOST_INITS / 100), TEST_ENGINE)
  for (const { id } of (await store.sweeps(500)).filter(({ state }) => state === 'done')) {
    const cells = await store.sweepCells(id)
    expect(cells).toEqual(await calmCells(calm, cells))
  }
  console.log(`storm: ${actions} actions in ${((performance.now() - started) / 1000).toFixed(1)} s, refused ${JSON.stringify(Object.fromEntries(facts.refusals))}, ${JSON.stringify(Object.fromEntries(transitions.map(({ step, count }) => [step, count])))}`)
  await calm.close()
  await store.close()
}, LIMIT_MS)
