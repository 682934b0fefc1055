import type { Backends } from '@collapsar/standalone'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { JSON_OPTION } from '../options.ts'
import { withBackends } from '../with-backends.ts'

type Store = Backends['store']
type Audit = Awaited<ReturnType<Store['audits']>>[number]
type Withdrawal = Awaited<ReturnType<Store['withdrawals']>>[number]

const DEFAULT_LIMIT = 50
const MAXIMUM_LIMIT = 500

/** What workers said of each other's blocks. */
export const audits: Command = {
  name: 'audits',
  summary: 'list the blocks that other workers trained again, and what was withdrawn',
  positionals: [],
  readsDatabase: true,
  options: {
    limit: { type: 'string', value: 'N', description: `how many, the newest first (default ${DEFAULT_LIMIT})` },
    json: JSON_OPTION,
  },
  run: async ({ options, configuration, terminal, log }) => {
    const limit = options.integer('limit', 1, MAXIMUM_LIMIT) ?? DEFAULT_LIMIT
    return withBackends({ configuration, log }, async ({ store }) => {
      const report = { audits: await store.audits(limit), withdrawals: await store.withdrawals(limit) }
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
