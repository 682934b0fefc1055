import { cpuEngineStatus } from '@collapsar/engine-cpu'
import { findEngine, startStandalone, sweepDocument } from '@collapsar/standalone'
import type { Backends, EngineChoice } from '@collapsar/standalone'
import { canonicalJson, CollapsarError, ENGINE_KINDS, engineKinds, planDocument, untilOf } from '@collapsar/sweep'
import type { PlanDocument, Sweep, SweepDocument, SweepFile } from '@collapsar/sweep'
import type { Invocation } from './command.ts'
import { choiceOf } from './engine-choice.ts'
import { followSweep } from './follow-sweep.ts'

/** What came of a sweep; `interrupted` while some of its trials are missing. */
export interface SweepRun {
  readonly document: SweepDocument
  readonly interrupted: boolean
}

/** Runs a sweep on this machine: plans, trains what is missing, counts. A second call resumes and reuses. */
export async function runSweep(
  invocation: Invocation,
  backends: Backends,
  sweep: Sweep,
): Promise<SweepRun> {
  const { store } = backends
  const plan = await planSweep(invocation, backends, sweep)
  const choice = choiceFor(invocation, sweep)
  if (plan.trials.toRun > 0 || sweep.adaptive) await requireMeans(backends, choice)
  const existing = sweep.adaptive ? await existingForRounds(backends, sweep) : null
  invocation.signal.throwIfAborted()
  const started = performance.now()
  const { id } = (await unfinishedRun(backends, sweep)) ?? (await store.createSweep({ ...sweep })).sweep
  await train(invocation, backends, { id, plan, choice })
  const record = await store.sweep(id)
  if (record === null) throw new CollapsarError('not-found', `The sweep ${id} was deleted while it ran.`)
  if (record.state === 'cancelled') {
    throw new CollapsarError('conflict', `The sweep ${id} was cancelled elsewhere; the same command goes on from what it has`)
  }
  const document = await sweepDocument(store, record)
  const reused = existing === null ? plan.trials.reused : document.cells.reduce((sum, { inits }, i) => sum + Math.min(inits, existing[i] ?? 0), 0)
  const facts = { reused, seconds: (performance.now() - started) / 1000 }
  return { document: { ...document, sweep: { ...document.sweep, ...facts } }, interrupted: record.state !== 'done' }
}

/** Below this a run shows its progress soon enough, and needs no warning about speed. */
const SLOW_BLOCK_SECONDS = 60

/** What training needs, before anything is written. @throws CollapsarError `engine-unavailable` or `queue-unavailable` */
async function requireMeans(backends: Backends, choice: EngineChoice): Promise<void> {
  if (choice.engine !== 'cpu') await findEngine(choice)
  else {
    const status = cpuEngineStatus()
    if (!status.available) throw new CollapsarError('engine-unavailable', status.reason)
  }
  await backends.queue()
}

/**
 * The one engine of this machine that trains every cell: the processor where it may, since every machine has one.
 * @throws CollapsarError `engine-unavailable` where the cells need several, `usage` for a device that is none of it
 */
function choiceFor({ options, configuration }: Invocation, { cells, engine: wanted }: Sweep): EngineChoice {
  const numerics = [...new Set(cells.map(({ spec }) => spec.numerics))]
  const engine = ENGINE_KINDS.find((kind) => numerics.every((one) => engineKinds(wanted, one).includes(kind)))
  if (engine === undefined) {
    throw new CollapsarError('engine-unavailable', `No engine trains ${numerics.join(' and ')} together, and a run has one; run them apart, or submit the sweep to a server.`)
  }
  return choiceOf(engine, options, configuration)
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

/** Trials with all their sets that later rounds may find too, [cell]. */
async function existingForRounds({ store }: Backends, sweep: Sweep): Promise<readonly number[]> {
  const most = untilOf(sweep.source as SweepFile)?.maxInits
  const cells = sweep.cells.map(({ cell, inits }) => ({ cell, inits: most ?? inits }))
  if (sweep.measure.length === 0) return store.existingTrials(cells)
  return (await store.measuredTrials(cells, sweep.measure)).map(({ trials }) => trials)
}

/** An earlier run of the same file that was killed: it goes on under its own id. */
async function unfinishedRun({ store }: Backends, sweep: Sweep): Promise<{ id: string } | null> {
  const source = canonicalJson(sweep.source)
  const active = await store.activeSweeps()
  return active.find((candidate) => candidate.extension === null && canonicalJson(candidate.source) === source) ?? null
}

/**
 * Trains what is missing, until it is done or interrupted. An interrupted sweep stays active: the same command, or the
 * services on this database, go on with it. Nothing is started when nothing is missing.
 */
async function train(
  invocation: Invocation,
  backends: Backends,
  { id, plan, choice }: { readonly id: string; readonly plan: PlanDocument; readonly choice: EngineChoice },
): Promise<void> {
  const { log, signal } = invocation
  await backends.store.finishSweeps()
  if ((await backends.store.sweep(id))?.state !== 'active') return
  const running = await startStandalone(backends, { planner: { sweeps: [id], engines: [choice.engine] }, worker: choice }, log)
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
