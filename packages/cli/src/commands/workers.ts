import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'

const GIGA = 1e9

export const workers: Command = {
  name: 'workers',
  summary: 'list the workers: state, engine, machine, speed and the chunks in their hands',
  positionals: [],
  options: { json: JSON_OPTION },
  run: async ({ options, configuration, terminal, log }) => {
    return withInstallation({ configuration, log }, async (installation) => {
      const listed = await installation.workers()
      const rows = listed.map(({ id, state, engine, version, threads, flopsPerSecond, chunks, device }) => {
        const speed = flopsPerSecond === null ? '-' : `${(flopsPerSecond / GIGA).toFixed(1)} Gflop/s`
        const place = `${threads} ${threads === 1 ? 'thread' : 'threads'}${device === '' ? '' : ` of ${device}`}`
        const hands = chunks.length === 0 ? '' : `  ${chunks.join(' ')}`
        return `${state.padEnd(11)}  ${id}  ${engine} ${version}  ${speed.padStart(13)}  ${place}${hands}`
      })
      await terminal.data(options.flag('json') ? `${JSON.stringify(listed, null, 2)}\n` : rows.map((row) => `${row}\n`).join(''))
      return EXIT.ok
    })
  },
}
