import { createHash } from 'node:crypto'
import { BLOCK_TRIALS } from './block.ts'
import { trialFlops } from './cost.ts'
import { mixedSentence } from './engine-names.ts'
import { CollapsarError } from './errors.ts'
import { expectedWork } from './expected-work.ts'
import { canonicalJson } from './identity.ts'
import { observedWorkFactor } from './observed-work.ts'
import { blocksFor } from './sweep.ts'
import type { GridCell, Sweep } from './sweep.ts'

/** How fast this installation trains. */
export interface PlanSpeed {
  /** Flop per second of one worker by the static cost model; null before any was measured. */
  readonly flopsPerSecond: number | null
  /** Workers that are connected. */
  readonly workers: number
  /** Threads of one worker, for the speed that is assumed before any was measured. */
  readonly threads: number
}

/** Why a cell costs what it costs. */
export interface PlanCell {
  readonly cell: string
  readonly depth: number
  readonly width: number
  readonly axes?: Readonly<Record<string, unknown>>
  /** `cached`: all trials exist. `partial`: some do. `new`: nobody has trained this exact setting. */
  readonly status: 'cached' | 'partial' | 'new'
  readonly requested: number
  readonly reused: number
  readonly reason: string
}

/** What exists of a cell with all measurement sets of a sweep. */
export interface MeasuredTrials {
  /** Trials, capped at what is asked. */
  readonly trials: number
  /** Names of the sets that some recorded block lacks. */
  readonly lacking: readonly string[]
}

/** What a sweep would do, decided before it is submitted. Times are estimates; counts are exact. */
export interface PlanDocument {
  readonly cells: { readonly total: number; readonly cached: number; readonly partial: number; readonly new: number }
  readonly trials: { readonly requested: number; readonly reused: number; readonly toRun: number }
  /** Whole blocks of 100 trials to train: the last one of a cell may hold more trials than were asked for. */
  readonly blocks: number
  /** Time of one worker for everything: expected, and with the margin of `P90_MARGIN`. */
  readonly deviceSeconds: { readonly p50: number; readonly p90: number }
  /** Expected wall time with the connected workers, at least one. */
  readonly seconds: number
  /** The longest block, every trial of it trained to its last step; 0 when nothing is to be trained. */
  readonly slowestBlockSeconds: number
  /** The most work that is lost when a worker is stopped at once. */
  readonly preemptionSeconds: number
  /** Names the cells, what is asked and what exists: it differs as soon as the plan does. Hexadecimal SHA-256. */
  readonly planHash: string
  readonly warnings: readonly string[]
  readonly explain: readonly PlanCell[]
}

/** Speed assumed of a worker's thread before any was measured, in flop per second: half the peak of a core with 8 lanes at 3.2 GHz. */
export const ASSUMED_FLOPS_PER_THREAD = 50e9
/** A block that takes longer is worth a warning: it is what a preempted worker loses. */
const SLOW_BLOCK_SECONDS = 60
/** A block that takes longer is refused unless it is allowed: no progress would be seen, and little would survive. */
const TOO_SLOW_BLOCK_SECONDS = 3600
/** Chunks aim at no more than this, so it is lost with a worker even where blocks are quick. */
const CHUNK_SECONDS = 15
/**
 * p90 over p50 beside the binomial spread of born-dead trials. The speed of a shared machine moves between levels
 * 1.4 to 1.7 apart; an assumed speed may be wrong by a few times.
 */
const P90_MARGIN = { measured: 1.7, assumed: 3 } as const
/** 90% quantile of the standard normal law. */
const NORMAL_P90 = 1.2816

/**
 * Plans a sweep from the trials that exist of each of its cells (in the sweep's order, capped at what is asked). Where it
 * measures, trials that lack one of its sets are trained again.
 * @throws CollapsarError `too-slow` when one block would take over an hour and `allowSlow` is not set.
 */
export function planDocument(
  sweep: Sweep,
  existingTrials: readonly number[],
  speed: PlanSpeed,
  options: {
    readonly allowSlow?: boolean
    /** In the sweep's order; needed where it measures. */
    readonly measured?: readonly MeasuredTrials[]
    /** How many of its cells have trials of several engines; default none. */
    readonly mixedCells?: number
  } = {},
): PlanDocument {
  const explain = planCells(sweep, existingTrials, options.measured ?? [])
  const work = plannedWork(sweep, explain, speed)
  if (options.allowSlow !== true) refuseTooSlow(work)
  const count = (status: PlanCell['status']) => explain.filter((cell) => cell.status === status).length
  const requested = sum(explain.map((cell) => cell.requested))
  const reused = sum(explain.map((cell) => cell.reused))
  return {
    cells: { total: explain.length, cached: count('cached'), partial: count('partial'), new: count('new') },
    trials: { requested, reused, toRun: requested - reused },
    blocks: work.blocks,
    deviceSeconds: work.deviceSeconds,
    seconds: work.seconds,
    slowestBlockSeconds: work.slowest?.seconds ?? 0,
    preemptionSeconds: Math.min(work.deviceSeconds.p90, Math.max(CHUNK_SECONDS, work.slowest?.seconds ?? 0)),
    planHash: planHash(explain, sweep.measure),
    warnings: [...warningsOf(work, speed), ...mixingText(options.mixedCells ?? 0)],
    explain,
  }
}

/** SHA-256 of the canonical JSON of [cell, trials asked, trials that exist], in the sweep's order; then of its sets, if any. */
function planHash(cells: readonly PlanCell[], measure: readonly string[]): string {
  const facts: unknown[] = cells.map((cell) => [cell.cell, cell.requested, cell.reused])
  if (measure.length > 0) facts.push(measure)
  return createHash('sha256').update(canonicalJson(facts)).digest('hex')
}

function planCells(sweep: Sweep, existingTrials: readonly number[], measured: readonly MeasuredTrials[]): PlanCell[] {
  for (const counts of sweep.measure.length > 0 ? [existingTrials, measured] : [existingTrials]) {
    if (counts.length === sweep.cells.length) continue
    throw new RangeError(`invalid existing trials: ${counts.length} counts for ${sweep.cells.length} cells`)
  }
  return sweep.cells.map((cell, index) => {
    const recorded = Math.min(existingTrials[index] ?? 0, cell.inits)
    const complete = measured[index]
    return complete === undefined || complete.trials >= recorded ? planCell(cell, recorded) : planRetraining(cell, recorded, complete)
  })
}

/** Some trials are recorded, but without what the sweep measures. */
function planRetraining(cell: GridCell, recorded: number, { trials, lacking }: MeasuredTrials): PlanCell {
  const missing = cell.inits - recorded
  const reason =
    `${recorded} of ${cell.inits} trials are recorded, but ${recorded - trials} of them without ${lacking.join(', ')}: ` +
    `these are trained again${missing === 0 ? '' : `; the other ${missing} are missing`}.`
  return { ...planCell(cell, trials), status: 'partial', reason }
}

function planCell(cell: GridCell, reused: number): PlanCell {
  const { spec, inits, axes } = cell
  const place = { cell: cell.cell, depth: spec.depth, width: spec.width, ...(Object.keys(axes).length > 0 && { axes }) }
  const facts = { ...place, requested: inits, reused }
  if (reused === inits) return { ...facts, status: 'cached', reason: `All ${inits} trials exist.` }
  if (reused > 0) {
    return { ...facts, status: 'partial', reason: `${reused} of ${inits} trials exist; the other ${inits - reused} are missing.` }
  }
  return { ...facts, status: 'new', reason: 'No trial of exactly this setting exists.' }
}

interface SlowestBlock {
  readonly depth: number
  readonly width: number
  readonly seconds: number
}

interface PlannedWork {
  readonly blocks: number
  readonly deviceSeconds: { readonly p50: number; readonly p90: number }
  readonly seconds: number
  /** null when nothing is to be trained. */
  readonly slowest: SlowestBlock | null
}

function plannedWork(sweep: Sweep, plans: readonly PlanCell[], speed: PlanSpeed): PlannedWork {
  const flopsPerSecond = workerSpeed(speed)
  let [blocks, mean, variance, expectedBlock] = [0, 0, 0, 0]
  let slowest: SlowestBlock | null = null
  for (const [index, { spec }] of sweep.cells.entries()) {
    const missing = missingBlocks(plans[index])
    if (missing === 0) continue
    const work = expectedWork(spec, missing * BLOCK_TRIALS, sweep.measure)
    blocks += missing
    mean += work.mean
    variance += work.variance
    expectedBlock = Math.max(expectedBlock, work.mean / missing)
    const seconds = (BLOCK_TRIALS * trialFlops(spec) * observedWorkFactor(spec, sweep.measure)) / flopsPerSecond
    if (slowest === null || seconds > slowest.seconds) slowest = { depth: spec.depth, width: spec.width, seconds }
  }
  const margin = speed.flopsPerSecond === null ? P90_MARGIN.assumed : P90_MARGIN.measured
  const p90 = (margin * (mean + NORMAL_P90 * Math.sqrt(variance))) / flopsPerSecond
  const seconds = Math.max(mean / Math.max(1, speed.workers), expectedBlock) / flopsPerSecond
  return { blocks, deviceSeconds: { p50: mean / flopsPerSecond, p90 }, seconds, slowest }
}

function workerSpeed({ flopsPerSecond, threads }: PlanSpeed): number {
  return flopsPerSecond ?? ASSUMED_FLOPS_PER_THREAD * Math.max(1, threads)
}

/** Blocks are trained whole, so a cell lacks the blocks that its existing trials do not fill. */
function missingBlocks(plan: PlanCell | undefined): number {
  return plan === undefined ? 0 : blocksFor(plan.requested) - blocksFor(plan.reused)
}

function refuseTooSlow({ slowest }: PlannedWork): void {
  if (slowest === null || slowest.seconds <= TOO_SLOW_BLOCK_SECONDS) return
  const detail =
    `one block of ${BLOCK_TRIALS} trials at depth ${slowest.depth} and width ${slowest.width} takes about ` +
    `${duration(slowest.seconds)}; accepted: up to ${duration(TOO_SLOW_BLOCK_SECONDS)}, because a block is never split ` +
    'and a worker that is stopped loses all of it; allow it with --allow-slow (over HTTP: allowSlow=true)'
  throw new CollapsarError('too-slow', `The sweep is too slow: ${detail}.`, { problems: [{ pointer: '/grid', detail }] })
}

function warningsOf({ slowest, blocks }: PlannedWork, speed: PlanSpeed): string[] {
  if (slowest === null || blocks === 0) return []
  const warnings: string[] = []
  if (speed.workers === 0) warnings.push('No worker is connected: nothing is trained until one is. Times are for one worker.')
  if (speed.flopsPerSecond === null) {
    warnings.push(`No worker has measured its speed yet: times assume ${workerSpeed(speed) / 1e9} Gflop/s a worker.`)
  }
  if (slowest.seconds > SLOW_BLOCK_SECONDS) {
    warnings.push(
      `One block of ${BLOCK_TRIALS} trials at depth ${slowest.depth} and width ${slowest.width} takes up to ` +
        `${duration(slowest.seconds)}: a worker that is stopped or preempted loses up to that much work.`,
    )
  }
  return warnings
}

function mixingText(mixedCells: number): string[] {
  return mixedCells === 0 ? [] : [mixedSentence(mixedCells)]
}

/** Seconds in the largest unit that keeps the figure above 1, two digits. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Number(seconds.toPrecision(2))} s`
  if (seconds < 5400) return `${Number((seconds / 60).toPrecision(2))} min`
  return `${Number((seconds / 3600).toPrecision(2))} h`
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
