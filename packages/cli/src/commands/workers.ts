import type { WorkerResource } from '@collapsar/client'
import { CollapsarError } from '@collapsar/sweep'
import type { Command, Invocation } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'

const GIGA = 1e9

export const workers: Command = {
  name: 'workers',
  summary: 'list the workers: state, engine, machine, speed and the chunks in their hands; or trust the machine and device of a quarantined one again',
  positionals: ['[trust ID...]'],
  options: { json: JSON_OPTION },
  run: async (invocation) => {
    const [action, ...ids] = invocation.positionals
    if (action === undefined) return list(invocation)
    if (action === 'trust' && ids.length === 1) return trust(invocation, ids[0] ?? '')
    const received = invocation.positionals.join(' ')
    throw new CollapsarError('usage', `collapsar workers takes nothing, or trust ID; received ${received}. See: collapsar workers --help`)
  },
}

async function list({ options, configuration, terminal, log }: Invocation): Promise<number> {
  return withInstallation({ configuration, log }, async (installation) => {
    const listed = await installation.workers()
    await terminal.data(options.flag('json') ? `${JSON.stringify(listed, null, 2)}\n` : listed.map((worker) => `${workerLine(worker)}\n`).join(''))
    return EXIT.ok
  })
}

function workerLine({ id, state, engine, version, threads, flopsPerSecond, chunks, device, reason, trustedAt }: WorkerResource): string {
  const speed = flopsPerSecond === null ? '-' : `${(flopsPerSecond / GIGA).toFixed(1)} Gflop/s`
  const place = `${threads} ${threads === 1 ? 'thread' : 'threads'}${device === '' ? '' : ` of ${device}`}`
  const hands = chunks.length === 0 ? '' : `  ${chunks.join(' ')}`
  const blame = reason === null ? '' : `  ${reason}${trustedAt === null ? '' : `; its place is trusted again since ${trustedAt}`}`
  return `${state.padEnd(11)}  ${id}  ${engine} ${version}  ${speed.padStart(13)}  ${place}${hands}${blame}`
}

async function trust({ options, configuration, terminal, log }: Invocation, id: string): Promise<number> {
  return withInstallation({ configuration, log }, async (installation) => {
    const released = await installation.trustPlace(id)
    terminal.message(`the machine and device of ${id} are trusted again; start its worker anew`)
    await terminal.data(options.flag('json') ? `${JSON.stringify({ workers: released }, null, 2)}\n` : '')
    return EXIT.ok
  })
}
