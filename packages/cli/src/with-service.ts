import { startMetrics } from '@collapsar/standalone'
import type { Backends } from '@collapsar/standalone'
import type { Invocation } from './command.ts'
import type { OptionDefinition } from './options.ts'
import { withBackends } from './with-backends.ts'

/** Of every service. */
export const METRICS_OPTIONS: Readonly<Record<'metrics-port' | 'metrics-host', OptionDefinition>> = {
  'metrics-port': { type: 'string', value: 'P', description: 'port on which to answer /metrics and /healthz (COLLAPSAR_METRICS_PORT; default: none)' },
  'metrics-host': { type: 'string', value: 'H', description: 'address for them to listen on (COLLAPSAR_METRICS_HOST; default 127.0.0.1)' },
}

/** `withBackends` for a service: what it counts is answered meanwhile, where that is asked for. */
export async function withService<T>(
  { configuration, log }: Pick<Invocation, 'configuration' | 'log'>,
  use: (backends: Backends) => Promise<T>,
): Promise<T> {
  return withBackends({ configuration, log }, async (backends) => {
    const metrics = configuration.metrics === null ? null : await startMetrics(backends, configuration.metrics, log)
    try {
      return await use(backends)
    } finally {
      await metrics?.close()
    }
  })
}
