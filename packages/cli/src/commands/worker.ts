import { startWorker } from '@collapsar/standalone'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { untilAborted } from '../until-aborted.ts'
import { withBackends } from '../with-backends.ts'

/** A worker process: trains what the planner issues, until it is told to stop. */
export const worker: Command = {
  name: 'worker',
  summary: 'train chunks from the queue (REDIS_URL, DATABASE_URL; embedded without)',
  positionals: [],
  options: {
    engine: { type: 'string', value: 'E', description: 'cpu: which engine to train on (default cpu)' },
    lock: { type: 'string', value: 'S', description: 'seconds after which a silent worker loses its chunk to another (default 30)' },
  },
  service: true,
  run: async ({ options, configuration, log, signal }) => {
    const engine = options.oneOf('engine', ['cpu']) ?? 'cpu'
    const lockSeconds = options.integer('lock', 1, 3600)
    return withBackends({ configuration, log }, async (backends) => {
      const running = await startWorker(
        backends,
        { engine, threads: configuration.threads, ...(lockSeconds !== null && { lockSeconds }) },
        log,
      )
      const reason = await Promise.race([untilAborted(signal).then(() => null), running.unable])
      await running.stop()
      if (reason !== null) log.error({ err: reason }, 'worker cannot go on')
      return reason === null ? EXIT.ok : EXIT.error
    })
  },
}
