import { openEngine } from '@collapsar/standalone'
import { CollapsarError, finiteOrNull, nestedParameters } from '@collapsar/sweep'
import { InvalidField, NUMERICS_OF_PRECISION, PRECISIONS, trainingCase } from '@collapsar/trial'
import type { Numerics, TrialBatch } from '@collapsar/trial'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { readJson } from '../input-file.ts'
import { JSON_OPTION } from '../options.ts'

/** One given network, trained as its file says. */
export const train: Command = {
  name: 'train',
  summary: 'train one given network and print its loss before each update and after the last',
  positionals: ['CASE.json'],
  interruptible: true,
  options: {
    precision: { type: 'string', value: 'P', description: `${PRECISIONS.join(', ')} (default float64)` },
    json: JSON_OPTION,
  },
  run: async ({ positionals, options, configuration, terminal, signal }) => {
    const precision = options.oneOf('precision', PRECISIONS) ?? 'float64'
    const path = positionals[0] ?? ''
    const batch = readCase(path, await readJson(path), NUMERICS_OF_PRECISION[precision])
    const engine = await openEngine({ engine: 'cpu', threads: configuration.threads })
    try {
      const supported = engine.supports(batch)
      if (supported !== true) throw new CollapsarError('engine-unavailable', `This network cannot be trained: ${supported}`)
      const trained = await engine.train(batch, signal)
      const lossTrace = [...(trained.lossTrace ?? [])].map(finiteOrNull)
      const final = nestedParameters(batch.shape, trained.parameters)
      await terminal.data(
        options.flag('json')
          ? `${JSON.stringify({ lossTrace, final })}\n`
          : lossTrace.map((loss, step) => `${step}\t${loss}\n`).join(''),
      )
      return EXIT.ok
    } finally {
      await engine.close()
    }
  },
}

function readCase(path: string, source: unknown, numerics: Numerics): TrialBatch {
  try {
    return trainingCase(source, numerics)
  } catch (cause) {
    if (!(cause instanceof InvalidField || cause instanceof RangeError)) throw cause
    throw new CollapsarError('invalid-file', `${path}: ${cause.message}`, { cause })
  }
}
