import { Agent, request } from 'node:http'

/** What came back, and how long that took from the moment the request was due. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly ms: number
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  /** `performance.now()` when it should have been sent; now by default. */
  readonly dueAt?: number
}

/** So many connections stay open; a request beyond waits, and its waiting counts. */
const CONNECTIONS = 64
const TIMEOUT_MS = 30_000

/** A client of one measurement; close it. */
export class Requests {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })

  send(url: string, { method = 'GET', headers = {}, json, dueAt = performance.now() }: RequestOptions = {}): Promise<Answer> {
    const body = json === undefined ? null : JSON.stringify(json)
    const type = body === null ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
    return new Promise((resolve, reject) => {
      const sent = request(url, { agent: this.#agent, method, headers: { ...headers, ...type }, timeout: TIMEOUT_MS }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () => {
          const { statusCode = 0, headers: answered } = response
          resolve({ status: statusCode, headers: answered, body: Buffer.concat(parts).toString('utf8'), ms: performance.now() - dueAt })
        })
      })
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
      sent.on('error', reject)
      sent.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
