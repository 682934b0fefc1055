import type { CellEvidence, NetworkSource, SweepRunner } from '@collapsar/reproductions'
import type { Backends } from '@collapsar/standalone'
import { CollapsarError, parseSweep } from '@collapsar/sweep'
import type { CellCounts } from '@collapsar/sweep'
import { engineBatch, recordAt } from '@collapsar/trial'
import type { MeasurementName, TrialRecord } from '@collapsar/trial'
import type { Invocation } from './command.ts'
import { engineFor } from './engine-choice.ts'
import { runSweep } from './run-sweep.ts'

/** A sweep that ended before all of its trials were there, because the user said so. */
export class Interrupted extends Error {}

/** Runs the sweeps of reproductions on this machine: trains what the database lacks, and reads what it has. */
export function embeddedRunner(invocation: Invocation, backends: Backends): SweepRunner {
  return async ({ file, records = false }) => {
    const sweep = parseSweep(file)
    const { document, interrupted } = await runSweep(quiet(invocation), backends, sweep)
    if (interrupted) throw new Interrupted(`the sweep ${document.sweep.id} was interrupted`)
    const counts = await backends.store.sweepCells(document.sweep.id)
    const cells: CellEvidence[] = []
    for (const [index, cellDocument] of document.cells.entries()) {
      const count = counts[index]
      if (count === undefined) throw new CollapsarError('damaged', `The sweep ${document.sweep.id} lost a cell while it was read.`)
      const trials = records ? await trialsOf(backends, count) : []
      const measurements = await measurementsOf(backends, count, sweep.measure)
      cells.push({ document: cellDocument, spec: count.spec, tally: count.tally, records: trials, measurements })
    }
    return { document, cells }
  }
}

/** Trains single trials again for pictures: a training of so many steps is the beginning of a longer one. */
export function embeddedNetworks({ configuration, options, signal }: Invocation): NetworkSource {
  return async (spec, trial, steps) => {
    const engine = await engineFor(spec, options, configuration)
    try {
      const batch = await engineBatch({ ...spec, training: { ...spec.training, steps } }, [trial])
      return (await engine.train(batch, signal)).parameters
    } finally {
      await engine.close()
    }
  }
}

/** Off a terminal the progress of dozens of small sweeps is noise. */
function quiet(invocation: Invocation): Invocation {
  return { ...invocation, terminal: { ...invocation.terminal, message: () => undefined } }
}

/** The trials that a sweep counts of a cell, in their order; those of a gap are left out. */
async function trialsOf({ store }: Backends, { cell, inits }: CellCounts): Promise<TrialRecord[]> {
  const { columns, trials } = await store.cellTrials(cell, inits)
  return Array.from(trials, (_, place) => recordAt(columns, place))
}

/** What the sets of a sweep say of a cell. */
async function measurementsOf({ store }: Backends, { cell, inits }: CellCounts, sets: readonly MeasurementName[]): Promise<CellEvidence['measurements']> {
  const read = await Promise.all(sets.map(async (set) => [set, await store.measurements(cell, set, inits)] as const))
  return Object.fromEntries(read.filter(([, measured]) => measured !== null))
}
