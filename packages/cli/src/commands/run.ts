import { accessSync, constants } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cpuEngineStatus } from '@collapsar/engine-cpu'
import { FORMATS } from '@collapsar/report'
import { makeFolder, startStandalone, sweepDocument } from '@collapsar/standalone'
import type { Backends } from '@collapsar/standalone'
import { canonicalJson, CollapsarError, planDocument } from '@collapsar/sweep'
import type { PlanDocument, Sweep, SweepDocument } from '@collapsar/sweep'
import type { Command, Invocation } from '../command.ts'
import { EXIT } from '../command.ts'
import { readSweep } from '../input-file.ts'
import { followSweep } from '../follow-sweep.ts'
import { printDocument } from '../print-document.ts'
import { withBackends } from '../with-backends.ts'
import { JSON_OPTION } from '../options.ts'

/** The whole thing on this machine: plan, train, count, print the map. A second call resumes and reuses. */
export const run: Command = {
  name: 'run',
  summary: 'run a sweep on this machine and print its map; a second call resumes and reuses',
  positionals: ['FILE'],
  interruptible: true,
  options: {
    engine: { type: 'string', value: 'E', description: 'auto or cpu: where to train (wins over the file)' },
    inits: { type: 'string', value: 'N', description: 'trials of every cell (wins over the file)' },
    out: { type: 'string', value: 'DIR', description: 'also write sweep.json, surface.csv, surface.parquet, map.svg and map.png there' },
    'allow-slow': { type: 'boolean', value: null, description: 'run even if a block of 100 trials takes over an hour' },
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const { options, configuration, log, positionals } = invocation
    const sweep = await readSweep(positionals[0] ?? '', {
      inits: options.integer('inits', 1, 1e9),
      engine: options.oneOf('engine', ['auto', 'cpu']),
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

async function runSweep(
  invocation: Invocation,
  backends: Backends,
  sweep: Sweep,
): Promise<{ document: SweepDocument; interrupted: boolean }> {
  const { store } = backends
  const plan = await planSweep(invocation, backends, sweep)
  if (plan.trials.toRun > 0 || sweep.adaptive) await requireMeans(backends)
  invocation.signal.throwIfAborted()
  const started = performance.now()
  const { id } = (await unfinishedRun(backends, sweep)) ?? (await store.createSweep({ ...sweep })).sweep
  await train(invocation, backends, id, plan)
  const record = await store.sweep(id)
  if (record === null) throw new CollapsarError('not-found', `The sweep ${id} was deleted while it ran.`)
  if (record.state === 'cancelled') {
    throw new CollapsarError('conflict', `The sweep ${id} was cancelled elsewhere; the same command goes on from what it has`)
  }
  const document = await sweepDocument(store, record)
  const facts = { reused: plan.trials.reused, seconds: (performance.now() - started) / 1000 }
  return { document: { ...document, sweep: { ...document.sweep, ...facts } }, interrupted: record.state !== 'done' }
}

/** Below this a run shows its progress soon enough, and needs no warning about speed. */
const SLOW_BLOCK_SECONDS = 60

/** What training needs, before anything is written. @throws CollapsarError `engine-unavailable` or `queue-unavailable` */
async function requireMeans(backends: Backends): Promise<void> {
  const engine = cpuEngineStatus()
  if (!engine.available) throw new CollapsarError('engine-unavailable', engine.reason)
  await backends.queue()
}

async function planSweep({ options, terminal, configuration }: Invocation, { store }: Backends, sweep: Sweep): Promise<PlanDocument> {
  const existing = await store.existingTrials(sweep.cells)
  const plan = planDocument(
    sweep,
    existing,
    { flopsPerSecond: null, workers: 1, threads: configuration.threads },
    { allowSlow: options.flag('allow-slow'), measured: await store.measuredTrials(sweep.cells, sweep.measure) },
  )
  if (plan.slowestBlockSeconds > SLOW_BLOCK_SECONDS) {
    for (const warning of plan.warnings) terminal.message(`warning: ${warning}`)
  }
  return plan
}

/** An earlier run of the same file that was killed: it goes on under its own id. */
async function unfinishedRun({ store }: Backends, sweep: Sweep): Promise<{ id: string } | null> {
  const source = canonicalJson(sweep.source)
  const active = await store.activeSweeps()
  return active.find((candidate) => canonicalJson(candidate.source) === source) ?? null
}

/**
 * Trains what is missing, until it is done or interrupted. An interrupted sweep stays active: the same command, or the
 * services on this database, go on with it. Nothing is started when nothing is missing.
 */
async function train(invocation: Invocation, backends: Backends, id: string, plan: PlanDocument): Promise<void> {
  const { configuration, log, signal } = invocation
  await backends.store.finishSweeps()
  if ((await backends.store.sweep(id))?.state !== 'active') return
  const running = await startStandalone(
    backends,
    {
      planner: { sweeps: [id] },
      worker: { engine: 'cpu', threads: configuration.threads },
    },
    log,
  )
  const ended = new AbortController()
  try {
    const following = { ...invocation, signal: AbortSignal.any([signal, ended.signal]) }
    const broken = running.worker.unable.then((reason) => {
      throw reason
    })
    // It may come when the sweep is done already: then nobody listens.
    broken.catch(() => undefined)
    await Promise.race([followSweep(following, backends.store, id, plan), broken])
  } finally {
    ended.abort()
    await running.stop()
    if (signal.aborted) invocation.terminal.message('interrupted: what was recorded is kept; the same command goes on from there')
  }
}

function prepareFolder(folder: string): void {
  try {
    makeFolder(folder)
    accessSync(join(folder, '.'), constants.W_OK)
  } catch (cause) {
    throw new CollapsarError('storage', `--out ${folder} cannot be written: ${String(cause)}`, { cause })
  }
}

/** Each file appears whole or not at all. */
async function writeDocument(folder: string, document: SweepDocument): Promise<void> {
  const files = { json: 'sweep', csv: 'surface', parquet: 'surface', svg: 'map', png: 'map' } as const
  for (const [format, name] of Object.entries(files) as [keyof typeof files, string][]) {
    const path = join(folder, `${name}.${FORMATS[format].extension}`)
    try {
      await writeFile(`${path}.part`, await FORMATS[format].render(document))
      await rename(`${path}.part`, path)
    } catch (cause) {
      if (cause instanceof CollapsarError) throw cause
      throw new CollapsarError('storage', `${path} cannot be written: ${String(cause)}`, { cause })
    }
  }
}
