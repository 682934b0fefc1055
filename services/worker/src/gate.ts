/** Lets work through together, or one at a time with nothing beside it. */
export interface Gate {
  /** Begins once nothing that asked to be alone waits or works. */
  together<T>(work: () => Promise<T>): Promise<T>
  /** Begins once all that works has ended, in the order asked; nothing else begins meanwhile. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

export function createGate(): Gate {
  const working = new Set<Promise<unknown>>()
  /** How many asked to be alone and have not ended. */
  let asking = 0
  /** Resolves with the end of the last of them. */
  let turn: Promise<unknown> = Promise.resolve()
  return {
    together: async (work) => {
      while (asking > 0) await turn
      const begun = work()
      const ended = begun.catch(() => undefined).finally(() => working.delete(ended))
      working.add(ended)
      return begun
    },
    alone: (work) => {
      asking += 1
      const mine = turn.then(() => Promise.all(working)).then(work)
      turn = mine.catch(() => undefined).finally(() => (asking -= 1))
      return mine
    },
  }
}
