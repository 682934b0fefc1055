import { Client } from 'pg'
import { connectionSettings } from './connection.ts'
import type { Queries } from './connection.ts'
import { breakOff, hangUp } from './hang-up.ts'
import { ANSWER_TIMEOUT_MS, watchAnswers } from './watch-answers.ts'

const NOTIFY_CHANGE = `SELECT pg_notify('collapsar_change', '')`
const LISTEN = 'LISTEN collapsar_change'

/** Changes of a burst are told once. */
const COALESCE_MS = 50
const RECONNECT_MS = 1_000

/** Tells every listener, in this process and in others, once the transaction commits. */
export async function notifyChange(client: Queries): Promise<void> {
  await client.query(NOTIFY_CHANGE)
}

/** Commits that come many a second are told at most this often. */
const ANNOUNCE_MS = 100

/**
 * Tells every listener of commits after they happened, the first of a burst at once. Commits that notify take turns at a lock of the
 * whole server, which would make recorders of different cells wait for each other. What is lost with the process, or while the
 * database is away, the polls of those who listen make up for.
 */
export class Announcer {
  readonly #queries: Queries
  #pause: NodeJS.Timeout | null = null
  #isDue = false
  #telling: Promise<void> = Promise.resolve()

  constructor(queries: Queries) {
    this.#queries = queries
  }

  announce(): void {
    this.#isDue = true
    if (this.#pause === null) this.#tell()
  }

  #tell(): void {
    this.#isDue = false
    this.#telling = notifyChange(this.#queries).catch(() => {})
    this.#pause = setTimeout(() => {
      this.#pause = null
      if (this.#isDue) this.#tell()
    }, ANNOUNCE_MS)
  }

  /** Tells what is still to be told. */
  async close(): Promise<void> {
    if (this.#isDue) this.#tell()
    if (this.#pause !== null) clearTimeout(this.#pause)
    await this.#telling
  }
}

/** A connection that listens, or is being opened to. */
interface Line {
  readonly client: Client
  /** Rejects when it cannot be opened. */
  readonly opened: Promise<void>
  isOpen: boolean
}

/**
 * One listening connection for all callbacks of a store: idle (no callback) -> opening -> open -> waiting -> opening again, and from each
 * back to idle with the last callback or by `close`. After a reconnection every callback is called, because changes may have been
 * missed meanwhile.
 */
export class ChangeListener {
  readonly #databaseUrl: string
  readonly #callbacks = new Set<() => void>()
  /** What becomes of another line is none of our business. */
  #line: Line | null = null
  #reconnection: NodeJS.Timeout | null = null
  #announcement: NodeJS.Timeout | null = null

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl
  }

  /** Resolves when changes are heard; rejects when they cannot be, or when it is closed meanwhile. @returns stops calling `onChange` */
  async listen(onChange: () => void): Promise<() => Promise<void>> {
    const callback = (): void => onChange()
    this.#callbacks.add(callback)
    const line = (this.#line ??= this.#open())
    try {
      await line.opened
    } catch (error) {
      this.#callbacks.delete(callback)
      // Where others listen already, whoever opened the line for them tries again.
      if (this.#callbacks.size === 0 && this.#line === line) this.#line = null
      throw error
    }
    return async () => {
      this.#callbacks.delete(callback)
      if (this.#callbacks.size === 0) await this.close()
    }
  }

  /** A line that is being opened is broken off: nobody waits for a server that does not answer. */
  async close(): Promise<void> {
    this.#callbacks.clear()
    if (this.#reconnection !== null) clearTimeout(this.#reconnection)
    if (this.#announcement !== null) clearTimeout(this.#announcement)
    this.#reconnection = null
    this.#announcement = null
    const line = this.#line
    this.#line = null
    if (line === null) return
    if (line.isOpen) return hangUp(line.client)
    breakOff(line.client)
    await line.opened.catch(() => undefined)
  }

  #open(): Line {
    const client = new Client({ ...connectionSettings(this.#databaseUrl), query_timeout: ANSWER_TIMEOUT_MS })
    client.on('error', () => {})
    client.on('notification', () => this.#announce())
    const opened = beginListening(client).then(() => {
      line.isOpen = true
      const unwatch = watchAnswers(client, () => breakOff(client))
      client.on('end', () => {
        unwatch()
        if (this.#line === line) this.#reconnectLater()
      })
    })
    const line: Line = { client, opened, isOpen: false }
    return line
  }

  #reconnectLater(): void {
    this.#line = null
    this.#reconnection = setTimeout(() => {
      this.#reconnection = null
      const line = (this.#line ??= this.#open())
      line.opened.then(
        () => this.#announce(),
        () => {
          if (this.#line === line) this.#reconnectLater()
        },
      )
    }, RECONNECT_MS)
  }

  #announce(): void {
    this.#announcement ??= setTimeout(() => {
      this.#announcement = null
      for (const callback of this.#callbacks) callback()
    }, COALESCE_MS)
  }
}

async function beginListening(client: Client): Promise<void> {
  try {
    await client.connect()
    await client.query(LISTEN)
  } catch (error) {
    breakOff(client)
    throw error
  }
}
