/**
 * Simulated processes: asynchronous functions of which one at a time takes a turn, drawn from a seed. Between two turns a process is
 * where a real one is between two calls of a server, and there it may be killed.
 */
export interface Turns {
  /** Starts a process; what it awaits is `turn`. It ends when its body does. */
  spawn(name: string, body: (turn: () => Promise<void>) => Promise<void>): void
  /** SIGKILL: it never takes another turn. */
  kill(name: string): void
  /** SIGSTOP: it takes no turn until `resume`. */
  stop(name: string): void
  resume(name: string): void
  /** Processes that were not killed, stopped ones included. */
  alive(): readonly string[]
  isStopped(name: string): boolean
  /** Lets one process take a turn, and runs until all of them wait again. */
  step(): Promise<void>
}

interface Pending {
  readonly process: object
  readonly name: string
  readonly go: () => void
}

export function createTurns(dice: Dice): Turns {
  let pending: Pending[] = []
  const running = new Map<string, object>()
  const stopped = new Set<string>()
  const failures: unknown[] = []
  return {
    spawn: (name, body) => {
      const process = {}
      running.set(name, process)
      const turn = () =>
        new Promise<void>((go) => {
          if (running.get(name) === process) pending.push({ process, name, go })
        })
      const ended = () => {
        if (running.get(name) === process) running.delete(name)
      }
      body(turn).then(ended, (error: unknown) => {
        failures.push(error)
      })
    },
    kill: (name) => {
      running.delete(name)
      stopped.delete(name)
      pending = pending.filter((one) => one.name !== name)
    },
    stop: (name) => void stopped.add(name),
    resume: (name) => void stopped.delete(name),
    alive: () => [...running.keys()],
    isStopped: (name) => stopped.has(name),
    step: async () => {
      const ready = pending.filter(({ name }) => !stopped.has(name))
      const taken = ready.length === 0 ? null : dice.pick(ready)
      pending = pending.filter((one) => one !== taken)
      taken?.go()
      // Microtasks run before this: every process has come to its next turn.
      await new Promise((resolve) => setImmediate(resolve))
      if (failures.length > 0) throw new Error('a simulated process failed', { cause: failures[0] })
    },
  }
}

/** Everything that is left to chance in one simulation. */
export interface Dice {
  /** A whole number in [0, limit). */
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
}

/** splitmix32: the same for the same seed. */
export function createDice(seed: number): Dice {
  let state = seed | 0
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (list) => {
      const chosen = list[below(list.length)]
      if (chosen === undefined) throw new RangeError('nothing to pick from')
      return chosen
    },
  }
}
