import { secretDigest } from '@collapsar/store'
import type { ApiKeyRecord, ApiKeys } from '@collapsar/store'

/**
 * How long a key that was found is believed, in milliseconds. So a revocation, and the first key of an installation, take effect on
 * every API process within 5 s; and a key in steady use costs one look-up in that time instead of one a request.
 */
export const KEY_CACHE_MS = 5_000
/** Keys in use within `KEY_CACHE_MS`; beyond, the oldest are looked up again. */
const MAXIMUM_CACHED = 10_000

interface Believed {
  readonly key: ApiKeyRecord
  readonly untilMs: number
}

/** The API keys as one API process sees them. Only keys that exist are remembered: guesses would fill the memory. */
export class KeyRing {
  readonly #keys: Pick<ApiKeys, 'exist' | 'find'>
  readonly #now: () => number
  /** By the hexadecimal digest: the keys themselves stay in no memory of ours. */
  readonly #believed = new Map<string, Believed>()
  #seen = false
  #unseenUntilMs = -Infinity

  /** @param now a clock in milliseconds */
  constructor(keys: Pick<ApiKeys, 'exist' | 'find'>, now: () => number = () => performance.now()) {
    this.#keys = keys
    this.#now = now
  }

  /** Whether this process has seen that there is a key. It never forgets: a database without keys does not open it again. */
  get seen(): boolean {
    return this.#seen
  }

  /** Whether requests need a key. */
  async required(): Promise<boolean> {
    if (this.#seen || this.#now() < this.#unseenUntilMs) return this.#seen
    const asked = this.#now()
    this.#seen = await this.#keys.exist()
    this.#unseenUntilMs = asked + KEY_CACHE_MS
    return this.#seen
  }

  /** The key of this text as it was at most `KEY_CACHE_MS` ago, and whether it was looked up now; null when there is none. */
  async find(secret: string): Promise<{ readonly key: ApiKeyRecord; readonly fresh: boolean } | null> {
    const digest = secretDigest(secret)?.toString('hex')
    if (digest === undefined) return null
    const believed = this.#believed.get(digest)
    if (believed !== undefined && this.#now() < believed.untilMs) return { key: believed.key, fresh: false }
    const asked = this.#now()
    this.#believed.delete(digest)
    const key = await this.#keys.find(secret)
    if (key === null) return null
    this.#remember(digest, { key, untilMs: asked + KEY_CACHE_MS })
    return { key, fresh: true }
  }

  #remember(digest: string, believed: Believed): void {
    this.#believed.set(digest, believed)
    for (const oldest of this.#believed.keys()) {
      if (this.#believed.size <= MAXIMUM_CACHED) break
      this.#believed.delete(oldest)
    }
  }
}
