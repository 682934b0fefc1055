import { CollapsarError } from '@collapsar/sweep'
import type { Command } from '../command.ts'
import { DEVICE_OPTION, ENGINE_OPTIONS } from '../engine-choice.ts'
import { exportChunks } from '../offline/export-chunks.ts'
import { importResults } from '../offline/import-results.ts'
import { runChunks } from '../offline/run-chunks.ts'

/** Training on batch clusters that reach no database: export a list, run it there, import the results. */
export const chunks: Command = {
  name: 'chunks',
  summary: 'train without a network: export what a sweep lacks, run it elsewhere, import the results',
  positionals: ['export|run|import', '[FILE...]'],
  readsDatabase: true,
  interruptible: true,
  options: {
    sweep: { type: 'string', value: 'ID', description: 'export: the sweep' },
    cells: { type: 'string', value: 'ID,...', description: 'export: these cells alone (default: all that lack blocks)' },
    part: { type: 'string', value: 'K/N', description: 'export, run: every N-th chunk, beginning with the K-th' },
    engine: { ...ENGINE_OPTIONS.engine, description: `run: ${ENGINE_OPTIONS.engine.description}` },
    device: { ...DEVICE_OPTION, description: `run: ${DEVICE_OPTION.description}` },
    out: { type: 'string', value: 'FILE', description: 'export, run: the file to write; run goes on with one that is there' },
  },
  run: async (invocation) => {
    const [action = '', ...files] = invocation.positionals
    if (action === 'import') return importResults(invocation, files)
    if (action === 'export' && files.length === 0) return exportChunks(invocation)
    if (action === 'run' && files.length === 1) return runChunks(invocation, files[0] ?? '')
    const received = invocation.positionals.join(' ')
    throw new CollapsarError(
      'usage',
      `collapsar chunks takes export --sweep ID --out FILE, run FILE --out RESULT, or import RESULT...; received ${received}. See: collapsar chunks --help`,
    )
  },
}
