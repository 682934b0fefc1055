import { CERTIFYING_CHECKS, CHECK_STEPS, deathIsFinal, END } from '@collapsar/trial'
import type { Flag, Float, Word } from './kernel.ts'
import type { KernelBuilder, Variable } from './kernel-builder.ts'
import type { TrainingArrays, TrainingScalars } from './training-inputs.ts'
import { placeOfSlot } from './training-inputs.ts'
import type { TrainingKernelSpec } from './training-kernel.ts'
import { COUNTER, EARLIER_TAKEN, IDLE, MARK, MARKS, SLOT, SLOT_WORDS, WAITING } from './training-kernel.ts'

/** A trial that goes on; all others are of END. */
const GOING_ON = 255

/** What one forward pass over all points yields (NUMERICS.md, 5). */
export interface KernelCheck {
  /** First hidden layer that is zero on every point, 0 if none. */
  readonly deadLayer: Word
  readonly deadPoints: Word
  readonly loss: Float
  /** [output] */
  readonly lowest: readonly Float[]
  readonly highest: readonly Float[]
}

/** The network of a slot, in instructions: where its numbers are, and which threads work on it. */
export interface SlotNetwork {
  readonly canDie: boolean
  /** Floats of a slot that outlast a launch, without the earlier loss. */
  readonly slotFloats: number
  /** Takes the network that the last launch left. */
  resume(): void
  /** Takes the initial parameters of trial number `row` of the batch, and forgets all about the one before. */
  begin(row: Word): void
  check(): KernelCheck
  /** Makes update number `step`, counted from 0. */
  update(row: Word, step: Word): void
  /** Whether all parameters are finite. */
  isFinite(): Flag
  /** Writes the parameters of trial number `row`. */
  finish(row: Word): void
  /** Keeps the network for the next launch. */
  remember(): void
}

export interface CourseOptions {
  readonly buffers: TrainingArrays
  readonly scalars: TrainingScalars
  readonly network: SlotNetwork
  /** Number of this thread's slot, and how many slots' words and floats stand interleaved in memory. */
  readonly slot: Word
  readonly interleaved: number
  /** Whether threads share a network: the first of them then speaks for it. */
  readonly leader: Flag | null
  /** Makes a word the same in all threads of the network. */
  readonly agreed: (word: Word) => Word
}

/**
 * The life of trials in a slot (NUMERICS.md, 6): taken, checked, trained in stretches of 32 updates, ended, written down, and the next one.
 * Waiting slots take trials at the beginning of a stretch, so that all check together.
 */
export function writeCourse(k: KernelBuilder, spec: TrainingKernelSpec, options: CourseOptions): void {
  new Course(k, spec, options).write()
}

class Course {
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec
  readonly #options: CourseOptions
  readonly #state: { readonly [word in keyof typeof SLOT]: Variable<'word'> }
  readonly #earlierLoss: Variable<'float'>
  readonly #end: Variable<'word'>

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, options: CourseOptions) {
    this.#k = k
    this.#spec = spec
    this.#options = options
    const { buffers } = options
    const word = (place: number) => k.variable(options.agreed(k.load(buffers.slots, this.#wordsAt(), place * options.interleaved)))
    this.#state = {
      row: word(SLOT.row),
      step: word(SLOT.step),
      deadChecks: word(SLOT.deadChecks),
      runStart: word(SLOT.runStart),
      firstDeadStep: word(SLOT.firstDeadStep),
      flags: word(SLOT.flags),
    }
    this.#earlierLoss = k.variable(k.load(buffers.memory, this.#floatsAt(), options.network.slotFloats * options.interleaved))
    this.#end = k.variable(k.word(GOING_ON))
  }

  write(): void {
    const k = this.#k
    const { network, scalars } = this.#options
    network.resume()
    k.for({ to: scalars.rounds }, () => {
      this.#begin()
      k.if(k.compare('less', this.#state.row.value, scalars.trials), () => {
        this.#updates()
        this.#endAfterUpdates()
      })
    })
    network.remember()
    this.#lead(() => {
      this.#remember()
    })
  }

  /** Takes trials until one of them is to be trained, or none is left. */
  #begin(): void {
    const k = this.#k
    const { agreed, buffers, scalars } = this.#options
    const { row } = this.#state
    k.while(
      () => k.compare('equal', row.value, k.word(WAITING)),
      () => {
        const next = k.variable(k.word(0))
        this.#lead(() => {
          k.set(next, k.count(buffers.counters, COUNTER.next, k.word(1)))
        })
        const taken = agreed(next.value)
        const exists = k.compare('less', taken, scalars.trials)
        k.set(row, k.select(exists, taken, k.word(IDLE)))
        k.if(exists, () => {
          this.#beginTrial()
        })
      },
    )
  }

  #beginTrial(): void {
    const k = this.#k
    const { buffers, network, scalars } = this.#options
    const { deadChecks, firstDeadStep, flags, row, runStart, step } = this.#state
    network.begin(row.value)
    for (const word of [deadChecks, firstDeadStep, flags, runStart, step]) k.set(word, k.word(0))
    k.set(this.#end, k.word(GOING_ON))
    const check = network.check()
    this.#lead(() => {
      k.store(buffers.marks, this.#markAt(), check.deadLayer, MARK.initialDeadLayer)
    })
    k.if(k.compare('equal', scalars.steps, k.word(0)), () => {
      k.set(this.#end, k.word(END.completed))
    })
    if (this.#spec.training.stopAtDeath && this.#certifies) {
      k.if(k.compare('greater', check.deadLayer, k.word(0)), () => {
        k.set(this.#end, k.word(END.bornDead))
      })
    }
    this.#finish(check)
  }

  /** Up to 32 updates: to the next check or the last step. */
  #updates(): void {
    const k = this.#k
    const { network, scalars } = this.#options
    const { row, step } = this.#state
    const left = k.words('subtract', scalars.steps, step.value)
    const most = k.word(CHECK_STEPS)
    k.for({ to: k.select(k.compare('less', left, most), left, most) }, () => {
      this.#noteLoss()
      network.update(row.value, step.value)
      k.set(step, k.addWords(step.value, k.word(1)))
    })
  }

  /** Takes the loss before the coming update where the trace or the earlier loss wants it. Updates count from 1. */
  #noteLoss(): void {
    const k = this.#k
    const { buffers, network, scalars } = this.#options
    const { flags, step } = this.#state
    const isEarlier = k.compare('equal', k.addWords(step.value, k.word(1)), scalars.earlierStep)
    const take = () => {
      const { loss } = network.check()
      if (this.#spec.trace) {
        this.#lead(() => {
          k.store(buffers.trace, k.addWords(this.#traceAt(), step.value), loss)
        })
      }
      k.if(isEarlier, () => {
        k.set(this.#earlierLoss, loss)
        k.set(flags, k.word(EARLIER_TAKEN))
      })
    }
    if (this.#spec.trace) take()
    else k.if(isEarlier, take)
  }

  get #certifies(): boolean {
    return this.#options.network.canDie && deathIsFinal(this.#spec.training)
  }

  /** Why the trial ends after the updates just made, in the order of NUMERICS.md, 6. */
  #endAfterUpdates(): void {
    const k = this.#k
    const { network, scalars } = this.#options
    const { step } = this.#state
    const isFinite = network.isFinite()
    const check = network.check()
    const isCheck = k.compare('equal', k.words('and', step.value, k.word(CHECK_STEPS - 1)), k.word(0))
    const endAs = (flag: Flag, end: number) => {
      k.if(k.and(flag, k.compare('equal', this.#end.value, k.word(GOING_ON))), () => {
        k.set(this.#end, k.word(end))
      })
    }
    endAs(k.not(isFinite), END.diverged)
    if (this.#certifies) {
      const certified = this.#noteDeath(check.deadLayer, isCheck)
      if (this.#spec.training.stopAtDeath) endAs(certified, END.died)
    }
    if (this.#spec.converges) endAs(k.and(isCheck, k.compare('atMost', check.loss, scalars.convergedLoss)), END.converged)
    endAs(k.compare('equal', step.value, scalars.steps), END.completed)
    this.#finish(check)
  }

  /** Takes a check into the run of dead checks; tells whether it certifies death, for the first time. */
  #noteDeath(deadLayer: Word, isCheck: Flag): Flag {
    const k = this.#k
    const { deadChecks, firstDeadStep, runStart, step } = this.#state
    const zero = k.word(0)
    k.if(isCheck, () => {
      const isDead = k.compare('greater', deadLayer, zero)
      k.set(deadChecks, k.select(isDead, k.addWords(deadChecks.value, k.word(1)), zero))
      k.if(k.compare('equal', deadChecks.value, k.word(1)), () => {
        k.set(runStart, step.value)
      })
    })
    const isEighth = k.and(isCheck, k.compare('equal', deadChecks.value, k.word(CERTIFYING_CHECKS)))
    const certifies = k.and(isEighth, k.compare('equal', firstDeadStep.value, zero))
    k.if(certifies, () => {
      k.set(firstDeadStep, runStart.value)
    })
    return certifies
  }

  /** Writes down a trial that has ended, and frees the slot. */
  #finish(check: KernelCheck): void {
    const k = this.#k
    const { agreed, buffers, network } = this.#options
    const { row } = this.#state
    k.if(k.compare('unequal', agreed(this.#end.value), k.word(GOING_ON)), () => {
      network.finish(row.value)
      this.#lead(() => {
        this.#writeFacts(check)
        k.count(buffers.counters, COUNTER.ended, k.word(1))
      })
      k.set(row, k.word(WAITING))
    })
  }

  #writeFacts(check: KernelCheck): void {
    const k = this.#k
    const { buffers } = this.#options
    const { firstDeadStep, flags, row, step } = this.#state
    const marks: readonly (readonly [number, Word])[] = [
      [MARK.end, k.words('or', this.#end.value, flags.value)],
      [MARK.endStep, step.value],
      [MARK.deadLayer, check.deadLayer],
      [MARK.firstDeadStep, firstDeadStep.value],
      [MARK.deadPoints, check.deadPoints],
    ]
    for (const [place, word] of marks) k.store(buffers.marks, this.#markAt(), word, place)
    const facts = [check.loss, this.#earlierLoss.value, ...check.lowest, ...check.highest]
    const factsAt = k.multiplyWords(row.value, k.word(facts.length))
    for (const [place, fact] of facts.entries()) k.store(buffers.facts, factsAt, fact, place)
    if (this.#spec.trace) k.store(buffers.trace, k.addWords(this.#traceAt(), step.value), check.loss)
  }

  /** Keeps the state of the slot for the next launch. */
  #remember(): void {
    const k = this.#k
    const { buffers, interleaved, network } = this.#options
    k.store(buffers.memory, this.#floatsAt(), this.#earlierLoss.value, network.slotFloats * interleaved)
    for (const [name, place] of Object.entries(SLOT) as [keyof typeof SLOT, number][]) {
      k.store(buffers.slots, this.#wordsAt(), this.#state[name].value, place * interleaved)
    }
  }

  /** What one thread of a network does for all. */
  #lead(act: () => void): void {
    const { leader } = this.#options
    if (leader === null) act()
    else this.#k.if(leader, act)
  }

  #wordsAt(): Word {
    return placeOfSlot(this.#k, this.#options, SLOT_WORDS)
  }

  #floatsAt(): Word {
    return placeOfSlot(this.#k, this.#options, this.#options.network.slotFloats + 1)
  }

  #markAt(): Word {
    return this.#k.multiplyWords(this.#state.row.value, this.#k.word(MARKS))
  }

  #traceAt(): Word {
    return this.#k.multiplyWords(this.#state.row.value, this.#k.addWords(this.#options.scalars.steps, this.#k.word(1)))
  }
}
