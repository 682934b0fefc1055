import type { Connection } from './connection.ts'
import { queryText } from './connection.ts'
import { AuditList } from './wire/audits.ts'
import { CreatedKey, Key, KeyList } from './wire/keys.ts'
import type { NewKey } from './wire/keys.ts'
import { Replay } from './wire/replays.ts'
import { TrustedPlace, WorkerList } from './wire/workers.ts'
import type { WorkerResource } from './wire/workers.ts'

/** What keeps an installation going. */
export interface OperatingClient {
  workers(limit?: number): Promise<readonly WorkerResource[]>
  /** Trusts the place of a quarantined worker again; gives the ids of those that were quarantined there. */
  trustPlace(worker: string): Promise<readonly string[]>
  /** Newest first, with the withdrawals that they led to. */
  audits(limit?: number): Promise<AuditList>
  /** Asks for one trial again; a worker carries it out. */
  requestReplay(cell: string, trial: number): Promise<Replay>
  replay(id: string): Promise<Replay>
  /** The answer alone has the key itself. Is not sent again when its answer is lost: that would make another key. */
  createKey(key: NewKey): Promise<CreatedKey>
  keys(limit?: number): Promise<readonly Key[]>
  revokeKey(id: string): Promise<Key>
}

export function operatingClient({ json }: Pick<Connection, 'json'>): OperatingClient {
  return {
    workers: async (limit) => (await json(WorkerList, { method: 'GET', path: `v1/workers${queryText({ limit })}` })).workers,
    trustPlace: async (worker) => (await json(TrustedPlace, { method: 'POST', path: `v1/workers/${encodeURIComponent(worker)}/trust` })).workers,
    audits: (limit) => json(AuditList, { method: 'GET', path: `v1/audits${queryText({ limit })}` }),
    requestReplay: (cell, trial) => json(Replay, { method: 'POST', path: `v1/cells/${encodeURIComponent(cell)}/trials/${trial}/replays` }),
    replay: (id) => json(Replay, { method: 'GET', path: `v1/replays/${encodeURIComponent(id)}` }),
    createKey: (key) => json(CreatedKey, { method: 'POST', path: 'v1/keys', body: key, once: true }),
    keys: async (limit) => (await json(KeyList, { method: 'GET', path: `v1/keys${queryText({ limit })}` })).keys,
    revokeKey: (id) => json(Key, { method: 'POST', path: `v1/keys/${encodeURIComponent(id)}/revoke` }),
  }
}
