import { startPlanner } from '@collapsar/standalone'
import { AUDIT_OPTION, auditShare } from '../audit-share.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { untilAborted } from '../until-aborted.ts'
import { METRICS_OPTIONS, withService } from '../with-service.ts'

/** The planner process: one is active at a time, others stand by. */
export const planner: Command = {
  name: 'planner',
  summary: 'decide what to train and feed the queue (REDIS_URL, DATABASE_URL; embedded without)',
  positionals: [],
  options: {
    'chunk-seconds': { type: 'string', value: 'S', description: 'what a chunk aims at, in seconds of a worker (default 8)' },
    'reconcile-seconds': {
      type: 'string',
      value: 'S',
      description: 'how often every live chunk is offered to the queue again (default 10)',
    },
    'audit-share': AUDIT_OPTION,
    ...METRICS_OPTIONS,
  },
  service: true,
  run: async ({ options, configuration, log, signal }) => {
    const chunkSeconds = options.integer('chunk-seconds', 1, 3600)
    const reconcileSeconds = options.integer('reconcile-seconds', 1, 3600)
    const share = auditShare(options)
    return withService({ configuration, log }, async (backends) => {
      const running = await startPlanner(
        backends,
        {
          sweeps: 'lead',
          auditShare: share,
          ...(chunkSeconds !== null && { chunkSeconds }),
          ...(reconcileSeconds !== null && { reconcileSeconds }),
        },
        log,
      )
      await untilAborted(signal)
      await running.stop()
      return EXIT.ok
    })
  },
}
