import { vi } from 'vitest'
import { startService } from './service.ts'

export interface ServerProcess {
  readonly url: string
  /** Ends it in order. */
  end(): Promise<void>
}

/** A real `collapsar serve` on a folder of its own, on a free port. It plans and trains. */
export async function startServer(dataDir: string, port = 0): Promise<ServerProcess> {
  const service = startService(['serve', '--port', String(port), '--data', dataDir], {})
  const line = await vi.waitUntil(() => service.log.find(({ msg }) => msg === 'serving'), { timeout: 60_000, interval: 20 })
  return { url: String(line['url']), end: () => service.end('SIGTERM') }
}
