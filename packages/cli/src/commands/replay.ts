import { existsSync } from 'node:fs'
import { CollapsarError, describeRecord, recordDigest, replayTrial } from '@collapsar/sweep'
import type { DescribedRecord, GridCell, Sweep } from '@collapsar/sweep'
import { hasPortableBits, layerLayouts, networkShape, parameterCount } from '@collapsar/trial'
import type { NetworkShape, TrialRecord } from '@collapsar/trial'
import type { Command, Invocation } from '../command.ts'
import { EXIT } from '../command.ts'
import { readSweep } from '../input-file.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { DEVICE_OPTION, engineFor } from '../engine-choice.ts'
import { JSON_OPTION } from '../options.ts'
import type { Options } from '../options.ts'

/** One trial again, from the sweep file alone, and whether it equals what was recorded. */
export const replay: Command = {
  name: 'replay',
  summary: 'train one trial again and compare it with its record, bit for bit',
  positionals: ['FILE'],
  interruptible: true,
  options: {
    depth: { type: 'string', value: 'D', description: 'depth of the cell' },
    width: { type: 'string', value: 'W', description: 'width of the cell' },
    trial: { type: 'string', value: 'I', description: 'index of the trial, from 0' },
    cell: { type: 'string', value: 'ID', description: 'the cell, where a sweep with axes has several of one depth and width' },
    device: DEVICE_OPTION,
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const { positionals, options, terminal, configuration, signal } = invocation
    const sweep = await readSweep(positionals[0] ?? '', { inits: null, engine: null })
    const cell = chooseCell(sweep, options)
    const trial = options.required('trial', 0, 1e9)
    const engine = await engineFor(cell.spec, options, configuration)
    try {
      const replayed = await replayTrial(engine, { cell: cell.cell, spec: cell.spec, trial }, signal)
      const recorded = await findRecord(invocation, cell.cell, trial)
      const equal = recorded === null || !hasPortableBits(cell.spec.numerics) ? null : recordDigest(recorded) === replayed.digest
      const { digest, lossTrace, initial, final, ...described } = replayed
      const document = {
        ...described,
        digest,
        recorded: { found: recorded !== null, equal, ...(equal === false && recorded !== null && { record: describeRecord(recorded) }) },
        lossTrace,
        initial,
        final,
      }
      await terminal.data(
        options.flag('json') ? `${JSON.stringify(document, null, 2)}\n` : replayText(document, networkShape(cell.spec)),
      )
      return equal === false ? EXIT.error : EXIT.ok
    } finally {
      await engine.close()
    }
  },
}

function chooseCell(sweep: Sweep, options: Options): GridCell {
  const depth = options.required('depth', 2, 200)
  const width = options.required('width', 1, 256)
  const id = options.text('cell')
  const matching = sweep.cells.filter(
    ({ cell, spec }) => spec.depth === depth && spec.width === width && (id === null || cell === id),
  )
  const [only, another] = matching
  if (only === undefined) {
    throw new CollapsarError('not-found', `The sweep has no cell of depth ${depth} and width ${width}${id === null ? '' : ` named ${id}`}`)
  }
  if (another !== undefined) {
    const known = matching.map(({ cell, axes }) => `${cell} ${JSON.stringify(axes)}`).join(', ')
    throw new CollapsarError('usage', `${matching.length} cells have depth ${depth} and width ${width}; name one with --cell: ${known}`)
  }
  return only
}

/** The record of the server or the database; null when there is none, or no database yet: replaying needs none. */
async function findRecord({ configuration, log }: Invocation, cell: string, trial: number): Promise<TrialRecord | null> {
  if (configuration.server === null && configuration.databaseUrl === null && !existsSync(configuration.dataDir)) return null
  return withInstallation({ configuration, log }, (installation) => installation.trialRecord(cell, trial))
}

/** `equal` is null where the bits of one machine say nothing of another's. */
function verdictOf({ found, equal }: { readonly found: boolean; readonly equal: boolean | null }): string {
  if (!found) return 'this trial has not been recorded'
  if (equal === null) return 'recorded; its numerics promises no bits to compare'
  return equal ? 'equal to the record, bit for bit' : 'DIFFERENT from the record'
}

function replayText(
  document: DescribedRecord & {
    readonly cell: string
    readonly trial: number
    readonly digest: string
    readonly recorded: { readonly found: boolean; readonly equal: boolean | null }
    readonly lossTrace: readonly (number | null)[]
  },
  shape: NetworkShape,
): string {
  const trace = document.lossTrace
  const lines = [
    `trial ${document.trial} of ${document.cell}`,
    `outcome   ${document.outcome}${document.deadLayer > 0 ? `, hidden layer ${document.deadLayer} is dead` : ''}`,
    ...(document.deathBracket === null ? [] : [`died      in steps ${document.deathBracket[0]} to ${document.deathBracket[1]}`]),
    `loss      ${trace[0]} at the start, ${document.loss} after ${trace.length - 1} steps`,
    `pieces    ${document.pieces ?? 'not defined here'}`,
    `checksum  ${document.checksum} of ${parameterCount(shape)} parameters in ${layerLayouts(shape.sizes).length} layers`,
    `digest    ${document.digest}`,
    `record    ${verdictOf(document.recorded)}`,
  ]
  return `${lines.join('\n')}\n`
}
