import { startApi, startStandalone } from '@collapsar/standalone'
import type { Backends, Standalone } from '@collapsar/standalone'
import type { Logger } from 'pino'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { untilAborted } from '../until-aborted.ts'
import { METRICS_OPTIONS, withService } from '../with-service.ts'

const DEFAULT_PORT = 7070

/** The HTTP service; on the embedded default it plans and trains too. */
export const serve: Command = {
  name: 'serve',
  summary: 'serve the HTTP API; without REDIS_URL and DATABASE_URL, plan and train as well',
  positionals: [],
  options: {
    host: { type: 'string', value: 'H', description: 'address to listen on (default 127.0.0.1)' },
    port: { type: 'string', value: 'P', description: `port to listen on (default ${DEFAULT_PORT})` },
    ...METRICS_OPTIONS,
  },
  service: true,
  run: async ({ options, configuration, log, signal }) => {
    const host = options.text('host') ?? '127.0.0.1'
    const port = options.integer('port', 0, 65_535) ?? DEFAULT_PORT
    return withService({ configuration, log }, async (backends) => {
      const embedded = configuration.databaseUrl === null && configuration.redisUrl === null
      const local = embedded ? await startLocal(backends, configuration.threads, log) : null
      try {
        const api = await startApi(backends, { host, port, trustedProxies: configuration.trustedProxies }, log)
        log.info({ url: api.url, embedded }, 'serving')
        const reason = await Promise.race([untilAborted(signal).then(() => null), local?.worker.unable ?? never()])
        if (reason !== null) log.error({ err: reason }, 'worker cannot go on')
        await api.close()
        return reason === null ? EXIT.ok : EXIT.error
      } finally {
        await local?.stop()
      }
    })
  },
}

function startLocal(backends: Backends, threads: number, log: Logger): Promise<Standalone> {
  return startStandalone(backends, { planner: { sweeps: 'lead' }, worker: { engine: 'cpu', threads } }, log)
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
