import type { TrainedBatch, TrialBatch } from '@collapsar/trial'
import { CERTIFYING_CHECKS, CHECK_STEPS, deathIsFinal, END } from '@collapsar/trial'
import type { Facts } from './facts.ts'
import { canDie } from './facts.ts'
import type { Course } from './stack.ts'
import { Stack } from './stack.ts'

type End = (typeof END)[keyof typeof END]

/** What is remembered of a trial while it is trained (NUMERICS.md, 6). */
interface Life {
  /** Consecutive checks with a dead layer, up to now, and the step of the first of them. */
  deadChecks: number
  runStart: number
  firstDeadStep: number
  /** Null until taken. */
  earlierLoss: number | null
}

/** Where results go, and who is told. */
export interface Outcome {
  readonly trained: TrainedBatch
  /** Called with the steps that are done with: those that a trial made, or will never make. */
  readonly did: (steps: number) => void
}

/**
 * Checks the trials before their first update, and ends those that are born dead or have no step to make.
 * @returns the others, for `trainStack`
 */
export function* beginTrials(course: Course, rows: readonly number[], outcome: Outcome): Generator<void, number[]> {
  const { batch } = course
  const stack = new Stack(course, rows)
  try {
    const facts = yield* stack.check()
    facts.forEach(({ deadLayer }, i) => {
      outcome.trained.initialDeadLayer[rows[i] ?? 0] = deadLayer
    })
    const ends = facts.map(({ deadLayer }) => endAtOnce(batch, deadLayer))
    endThose(course, stack, { ...outcome, ends, facts, lives: rows.map(newLife) })
    return [...stack.rows]
  } finally {
    stack.dispose()
  }
}

function endAtOnce({ training }: TrialBatch, deadLayer: number): End | null {
  if (deadLayer > 0 && training.stopAtDeath && deathIsFinal(training)) return END.bornDead
  return training.steps === 0 ? END.completed : null
}

/** Trains trials together to their ends: each check drops those that have ended. */
export function* trainStack(course: Course, rows: readonly number[], outcome: Outcome): Generator<void, void> {
  const { training } = course.batch
  const stack = new Stack(course, rows)
  let lives = rows.map(newLife)
  try {
    while (stack.rows.length > 0) {
      yield* noteLosses(course, stack, { ...outcome, lives })
      yield* stack.update()
      outcome.did(stack.rows.length)
      if (stack.step % CHECK_STEPS !== 0 && stack.step !== training.steps) continue
      const facts = yield* stack.check()
      const ends = facts.map((fact, i) => endAfterUpdate(course.batch, stack.step, { fact, life: lives[i] ?? newLife() }))
      endThose(course, stack, { ...outcome, ends, facts, lives })
      lives = lives.filter((_, i) => ends[i] === null)
    }
  } finally {
    stack.dispose()
  }
}

function newLife(): Life {
  return { deadChecks: 0, runStart: 0, firstDeadStep: 0, earlierLoss: null }
}

/** Takes the losses before the coming update where the trace or the earlier loss wants them. Updates count from 1. */
function* noteLosses({ batch }: Course, stack: Stack, { lives, trained }: Outcome & { readonly lives: readonly Life[] }): Generator<void, void> {
  const { steps } = batch.training
  const isEarlier = stack.step + 1 === steps - Math.floor(steps / 5)
  if (!batch.trace && !isEarlier) return
  const facts = yield* stack.check()
  facts.forEach(({ loss }, i) => {
    if (trained.lossTrace !== null) trained.lossTrace[(stack.rows[i] ?? 0) * (steps + 1) + stack.step] = canonical(loss)
    const life = lives[i]
    if (isEarlier && life !== undefined) life.earlierLoss = loss
  })
}

/** Why a trial ends after the update just made; null if it goes on. Divergence, death and convergence, in this order. */
function endAfterUpdate({ convergedLoss, shape, training }: TrialBatch, step: number, { fact, life }: { readonly fact: Facts; readonly life: Life }): End | null {
  if (!fact.isFinite) return END.diverged
  if (step % CHECK_STEPS === 0) {
    const certified = canDie({ shape }) && deathIsFinal(training) && noteDeath(life, step, fact.deadLayer)
    if (certified && training.stopAtDeath) return END.died
    if (convergedLoss !== undefined && fact.loss <= convergedLoss) return END.converged
  }
  return step === training.steps ? END.completed : null
}

/** Takes a check into the run of dead checks; tells whether it certifies death, for the first time. */
function noteDeath(life: Life, step: number, deadLayer: number): boolean {
  life.deadChecks = deadLayer > 0 ? life.deadChecks + 1 : 0
  if (life.deadChecks === 1) life.runStart = step
  if (life.deadChecks !== CERTIFYING_CHECKS || life.firstDeadStep > 0) return false
  life.firstDeadStep = life.runStart
  return true
}

interface Ending extends Outcome {
  /** [place in the stack]; null where the trial goes on. */
  readonly ends: readonly (End | null)[]
  readonly facts: readonly Facts[]
  readonly lives: readonly Life[]
}

/** Writes down the trials that end at this step, and takes them out of the stack. */
function endThose({ batch }: Course, stack: Stack, { did, ends, facts, lives, trained }: Ending): void {
  const ended = ends.flatMap((end, place) => (end === null ? [] : [{ end, place }]))
  const parameters = stack.parametersOf(ended.map(({ place }) => place))
  ended.forEach(({ end, place }, i) => {
    const row = stack.rows[place] ?? 0
    const [fact, life] = [facts[place], lives[place]]
    if (fact === undefined || life === undefined) return
    writeTrial(trained, row, { batch, end, endStep: stack.step, fact, life, parameters: parameters[i] ?? new Float32Array(0) })
    did(batch.training.steps - stack.step)
  })
  stack.keep(ends.flatMap((end, place) => (end === null ? [place] : [])))
}

interface EndedTrial {
  readonly batch: TrialBatch
  readonly end: End
  readonly endStep: number
  readonly fact: Facts
  readonly life: Life
  readonly parameters: Float32Array
}

/** What a diverged trial leaves is the same on every machine: canonical NaNs (NUMERICS.md, 6). */
function writeTrial(trained: TrainedBatch, row: number, { batch, end, endStep, fact, life, parameters }: EndedTrial): void {
  const diverged = end === END.diverged
  const outputs = fact.outputMin.length
  const known = (value: number): number => (diverged ? Number.NaN : canonical(value))
  const loss = known(fact.loss)
  trained.parameters.set(diverged ? parameters.fill(Number.NaN) : parameters, row * parameters.length)
  trained.end[row] = end
  trained.endStep[row] = endStep
  trained.deadLayer[row] = diverged ? 0 : fact.deadLayer
  trained.deadPoints[row] = diverged ? 0 : fact.deadPoints
  trained.firstDeadStep[row] = life.firstDeadStep
  trained.loss[row] = loss
  trained.earlierLoss[row] = canonical(life.earlierLoss ?? loss)
  trained.outputMin.set(fact.outputMin.map(known), row * outputs)
  trained.outputMax.set(fact.outputMax.map(known), row * outputs)
  if (trained.lossTrace !== null) trained.lossTrace[row * (batch.training.steps + 1) + endStep] = loss
}

/** The library's NaNs are whatever the processor made. */
function canonical(value: number): number {
  return Number.isNaN(value) ? Number.NaN : value
}
