import { AUDIT_LIMIT } from '@collapsar/client'
import type { AuditList } from '@collapsar/client'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'

type Audit = AuditList['audits'][number]
type Withdrawal = AuditList['withdrawals'][number]

/** What workers said of each other's blocks. */
export const audits: Command = {
  name: 'audits',
  summary: 'list the blocks that other workers trained again, and what was withdrawn',
  positionals: [],
  options: {
    limit: { type: 'string', value: 'N', description: `how many, the newest first (default ${AUDIT_LIMIT.default})` },
    json: JSON_OPTION,
  },
  run: async ({ options, configuration, terminal, log }) => {
    const limit = options.integer('limit', 1, AUDIT_LIMIT.maximum) ?? AUDIT_LIMIT.default
    return withInstallation({ configuration, log }, async (installation) => {
      const report = await installation.audits(limit)
      const lines = [...report.withdrawals.map(withdrawalLine), ...report.audits.map(auditLine)]
      const text = lines.length === 0 ? 'nothing was audited' : lines.join('\n')
      await terminal.data(options.flag('json') ? `${JSON.stringify(report, null, 2)}\n` : `${text}\n`)
      return EXIT.ok
    })
  },
}

function withdrawalLine({ worker, blocks, cells, reason, finishedAt }: Withdrawal): string {
  const progress = finishedAt === null ? 'being withdrawn' : 'withdrawn'
  return `${worker === null ? 'a block without a worker' : `QUARANTINED ${worker}`}: ${blocks} blocks of ${cells} cells ${progress}; ${reason}`
}

function auditLine({ id, cell, block, state, author, votes, reason }: Audit): string {
  const voters = votes.map(({ worker, digest, arbitration }) => `${worker}${arbitration ? ' (arbiter)' : ''} ${digest.slice(0, 8)}`)
  const detail = reason === null ? '' : `; ${reason}`
  return `${id}  ${state.padEnd(9)}  ${cell} block ${block} by ${author ?? 'nobody known'}: ${voters.join(', ')}${detail}`
}
