import { FORMATS } from '@collapsar/report'
import { ENGINE_KINDS } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { DEVICE_OPTION } from '../engine-choice.ts'
import { readSweep } from '../input-file.ts'
import { prepareFolder, writeWhole } from '../output-folder.ts'
import { printDocument } from '../print-document.ts'
import { runSweep } from '../run-sweep.ts'
import { withBackends } from '../with-backends.ts'
import { JSON_OPTION } from '../options.ts'

/** The whole thing on this machine: plan, train, count, print the map. A second call resumes and reuses. */
export const run: Command = {
  name: 'run',
  summary: 'run a sweep on this machine and print its map; a second call resumes and reuses',
  positionals: ['FILE'],
  interruptible: true,
  options: {
    engine: { type: 'string', value: 'E', description: `auto, ${ENGINE_KINDS.join(', ')}: where to train (wins over the file)` },
    device: DEVICE_OPTION,
    inits: { type: 'string', value: 'N', description: 'trials of every cell (wins over the file)' },
    out: { type: 'string', value: 'DIR', description: 'also write sweep.json, surface.csv, surface.parquet, map.svg and map.png there' },
    'allow-slow': { type: 'boolean', value: null, description: 'run even if a block of 100 trials takes over an hour' },
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const { options, configuration, log, positionals } = invocation
    const sweep = await readSweep(positionals[0] ?? '', {
      inits: options.integer('inits', 1, 1e9),
      engine: options.oneOf('engine', ['auto', ...ENGINE_KINDS]),
    })
    const out = options.text('out')
    if (out !== null) prepareFolder(out)
    return withBackends({ configuration, log }, async (backends) => {
      const { document, interrupted } = await runSweep(invocation, backends, sweep)
      if (out !== null) await writeDocument(out, document)
      await printDocument(invocation, document)
      if (interrupted) return EXIT.interrupted
      return document.cells.some((cell) => cell.gaps > 0) ? EXIT.gaps : EXIT.ok
    })
  },
}

async function writeDocument(folder: string, document: SweepDocument): Promise<void> {
  const files = { json: 'sweep', csv: 'surface', parquet: 'surface', svg: 'map', png: 'map' } as const
  for (const [format, name] of Object.entries(files) as [keyof typeof files, string][]) {
    await writeWhole(folder, `${name}.${FORMATS[format].extension}`, () => FORMATS[format].render(document))
  }
}
