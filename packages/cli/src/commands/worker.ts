import { startWorker } from '@collapsar/standalone'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { ENGINE_OPTIONS, engineChoice } from '../engine-choice.ts'
import { untilAborted } from '../until-aborted.ts'
import { METRICS_OPTIONS, withService } from '../with-service.ts'

/** What a cluster commonly allows between SIGTERM and SIGKILL. */
const GRACE_SECONDS = 30

/**
 * A worker process: trains what the planner issues, until it is told to stop. It then finishes the chunks that fit into the grace
 * period and hands the others back at once; told again, it hands all of them back.
 */
export const worker: Command = {
  name: 'worker',
  summary: 'train chunks from the queue (REDIS_URL, DATABASE_URL; embedded without)',
  positionals: [],
  options: {
    ...ENGINE_OPTIONS,
    lock: { type: 'string', value: 'S', description: 'seconds after which a silent worker loses its chunk to another (default 30)' },
    grace: {
      type: 'string',
      value: 'S',
      description: `seconds after SIGTERM in which a chunk may be finished; what does not fit is handed back at once (default ${GRACE_SECONDS})`,
    },
    machine: {
      type: 'string',
      value: 'NAME',
      description: 'what this machine is called where its host name changes, as in a container: its workers are trusted or quarantined together (COLLAPSAR_MACHINE; default: the host name)',
    },
    ...METRICS_OPTIONS,
  },
  service: true,
  patient: true,
  run: async ({ options, configuration, log, signal, urgent }) => {
    const choice = engineChoice(options, configuration)
    const lockSeconds = options.integer('lock', 1, 3600)
    const { machine } = configuration
    const graceSeconds = options.integer('grace', 0, 3600) ?? GRACE_SECONDS
    return withService({ configuration, log }, async (backends) => {
      const running = await startWorker(
        backends,
        { ...choice, ...(lockSeconds !== null && { lockSeconds }), ...(machine !== null && { host: machine }) },
        log,
      )
      const reason = await Promise.race([untilAborted(signal).then(() => null), running.unable])
      if (reason === null) await Promise.race([running.leave(graceSeconds), untilAborted(urgent)])
      await running.stop()
      if (reason !== null) log.error({ err: reason }, 'worker cannot go on')
      return reason === null ? EXIT.ok : EXIT.error
    })
  },
}
