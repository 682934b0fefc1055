import { keyResource, workerResource } from '@collapsar/client'
import { sweepDocument } from '@collapsar/standalone'
import type { Backends } from '@collapsar/standalone'
import { CollapsarError, parseSweep, planDocument } from '@collapsar/sweep'
import { requireSweep } from '../require-sweep.ts'
import { LISTED } from './installation.ts'
import type { Installation, SweepEntry } from './installation.ts'
import { localQuestions } from './local-questions.ts'
import { watchLocally } from './watch-locally.ts'

type Store = Backends['store']
type SweepRecord = Awaited<ReturnType<typeof requireSweep>>

const SWEEPS_LISTED = 50
const LOST_SHOWN = 100

export function localInstallation({ store }: Backends, threads: number): Installation {
  /** With the hint which sweeps there are. */
  const known = async (id: string) => (await requireSweep(store, id)).id
  return {
    place: 'the database of this machine',
    trainedBy: 'on this machine',
    submit: () => Promise.reject(noServer()),
    plan: async (source, allowSlow) => {
      const sweep = parseSweep(source)
      const [existing, measured, mixedCells] = await Promise.all([
        store.existingTrials(sweep.cells),
        store.measuredTrials(sweep.cells, sweep.measure),
        store.mixedCells(sweep.cells),
      ])
      return planDocument(sweep, existing, { flopsPerSecond: null, workers: 1, threads }, { allowSlow, measured, mixedCells })
    },
    sweeps: async ({ tag, state }) => {
      const filter = { ...(tag !== null && { tag }), ...(state !== null && { state }) }
      return (await store.listSweeps(filter, { limit: SWEEPS_LISTED, after: null })).map(entryOf)
    },
    surface: async (id) => sweepDocument(store, await requireSweep(store, id)),
    watch: (id, signal) => watchLocally(store, id, { signal, entryOf }),
    cancel: async (id) => entryOf((await store.cancel(await known(id))).sweep),
    pause: async (id) => entryOf((await store.pause(await known(id))).sweep),
    resume: async (id) => entryOf(await store.resume(await known(id))),
    extend: async (id, wish) => entryOf(await store.extend(await known(id), wish)),
    retry: async (id) => {
      const lost = await store.gaps(await known(id))
      return { lost: lost.slice(0, LOST_SHOWN), blocks: await store.retryGaps(id) }
    },
    remove: async (id) => store.remove(await known(id)),
    ...localQuestions(store),
    ...localOperation(store),
  }
}

/** What keeps the installation going, in the words of the HTTP interface. */
function localOperation({ workers, trustPlace, keys }: Store): Pick<Installation, 'workers' | 'trustPlace' | 'createKey' | 'keys' | 'revokeKey'> {
  return {
    workers: async () => (await workers(LISTED.workers)).map(workerResource),
    trustPlace,
    createKey: async ({ expiresAt = null, ...wish }) => {
      const { key, secret } = await keys.create({ ...wish, expiresAt: expiresAt === null ? null : new Date(expiresAt) })
      return { ...keyResource(key), key: secret }
    },
    keys: async () => (await keys.list(LISTED.keys)).map(keyResource),
    revokeKey: async (id) => keyResource(await keys.revoke(id)),
  }
}

export function noServer(): CollapsarError {
  return new CollapsarError(
    'usage',
    'There is no server to submit to: COLLAPSAR_URL is not set. Start one with `collapsar serve` and set COLLAPSAR_URL=http://127.0.0.1:7070, ' +
      'or train here and now with `collapsar run FILE`',
  )
}

function entryOf({ id, name, state, createdAt, finishedAt, owner, tags, priority }: SweepRecord): SweepEntry {
  return { id, name, state, createdAt: createdAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null, owner, tags, priority }
}
