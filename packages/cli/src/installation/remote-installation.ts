import type { ServerAddress } from '../configuration.ts'
import { LISTED } from './installation.ts'
import type { Installation } from './installation.ts'
import { remoteQuestions } from './remote-questions.ts'

/** Loaded at first use, as most commands stay on this machine. */
export async function remoteInstallation({ url, key }: ServerAddress): Promise<Installation> {
  const { createClient } = await import('@collapsar/client')
  const client = createClient({ url, ...(key !== null && { key }) })
  return {
    ...remoteQuestions(client),
    place: `the server at ${url}`,
    trainedBy: 'with the connected workers',
    submit: (source, allowSlow) => client.submit(source, allowSlow ? { allowSlow } : {}),
    plan: async (source, allowSlow) => {
      const { explain = [], ...plan } = await client.plan(source, { ...(allowSlow && { allowSlow }), explain: true })
      return { ...plan, explain }
    },
    sweeps: ({ tag, state }) => client.sweeps({ ...(tag !== null && { tag }), ...(state !== null && { state }) }),
    surface: (id) => client.surface(id),
    watch: async function* (id, signal) {
      for await (const { data } of client.watch(id, { signal })) yield data
    },
    cancel: (id) => client.cancel(id),
    pause: (id) => client.pause(id),
    resume: (id) => client.resume(id),
    extend: (id, wish) => client.extend(id, wish),
    retry: async (id) => {
      const { gaps } = await client.sweep(id)
      return { lost: gaps, blocks: (await client.retry(id)).blocks }
    },
    remove: (id) => client.remove(id),
    workers: () => client.workers(LISTED.workers),
    trustPlace: (worker) => client.trustPlace(worker),
    createKey: (key) => client.createKey(key),
    keys: () => client.keys(LISTED.keys),
    revokeKey: (id) => client.revokeKey(id),
  }
}
