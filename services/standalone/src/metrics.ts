import { serveMetrics } from '@collapsar/metrics'
import { CollapsarError } from '@collapsar/sweep'
import type { Logger } from 'pino'
import type { Backends } from './backends.ts'

export interface RunningMetrics {
  readonly port: number
  close(): Promise<void>
}

/**
 * Answers what the services of this process count, and that the process lives. Port 0 takes a free one.
 * @throws CollapsarError `port-in-use` naming host and port, `environment` when the address cannot be listened on at all
 */
export async function startMetrics(
  { metrics }: Pick<Backends, 'metrics'>,
  { host, port }: { readonly host: string; readonly port: number },
  log: Logger,
): Promise<RunningMetrics> {
  const server = await serveMetrics(metrics, { host, port }).catch((cause: unknown) => {
    throw listenError(cause, `${host}:${port}`)
  })
  log.info({ host, port: server.port }, 'serving metrics')
  return server
}

function listenError(cause: unknown, address: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  if (code === null) return cause
  const advice = code === 'EADDRINUSE' ? 'is in use by another process; choose another port' : `cannot be listened on (${code})`
  return new CollapsarError(code === 'EADDRINUSE' ? 'port-in-use' : 'environment', `The metrics' address ${address} ${advice}.`, { cause })
}
