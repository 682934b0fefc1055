/** What a `GroupCommit` is made of. */
export interface GroupCommitOptions<Item, Result> {
  /** Carries out a group in one transaction; the results in its order. */
  commit(group: readonly Item[]): Promise<readonly Result[]>
  /** Whether `item` may join a group that is not empty. */
  joins(group: readonly Item[], item: Item): boolean
  /** Whether a failure is about one item alone, so that the others of its group are to be carried out without it. */
  concernsOne(error: unknown): boolean
  /** Transactions under way at a time: while one waits for the disk, another works. */
  readonly transactions: number
}

interface Waiting<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(reason: unknown): void
}

/**
 * Items that arrive while the transactions are under way share the next one, and so its round trips and its wait for the disk; one that
 * arrives alone is carried out at once. What is wrong with one item fails that item alone.
 */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>
  #waiting: Waiting<Item, Result>[] = []
  #underWay = 0

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options
  }

  /** Resolves when it is committed; rejects as `commit` does. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      this.#start()
    })
  }

  #start(): void {
    while (this.#underWay < this.#options.transactions && this.#waiting.length > 0) {
      this.#underWay += 1
      void this.#settle(this.#takeGroup()).finally(() => {
        this.#underWay -= 1
        this.#start()
      })
    }
  }

  /** The first that waits, and those behind it that fit. */
  #takeGroup(): readonly Waiting<Item, Result>[] {
    const group: Waiting<Item, Result>[] = []
    const items: Item[] = []
    const rest: Waiting<Item, Result>[] = []
    for (const waiting of this.#waiting) {
      const fits = items.length === 0 || this.#options.joins(items, waiting.item)
      if (fits) items.push(waiting.item)
      ;(fits ? group : rest).push(waiting)
    }
    this.#waiting = rest
    return group
  }

  /** Never rejects. */
  async #settle(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.commit(group.map(({ item }) => item))
      for (const [i, result] of results.entries()) group[i]?.resolve(result)
    } catch (error) {
      if (group.length > 1 && this.#options.concernsOne(error)) for (const waiting of group) await this.#settle([waiting])
      else for (const { reject } of group) reject(error)
    }
  }
}
