import type { QueueDepth } from './chunk-queue.ts'

/** What a consumer does, as the watchdog sees it. */
export interface ConsumerActivity {
  /** Chunks in hand now. */
  readonly inHand: number
  /** Chunks fetched since it started. */
  readonly fetched: number
}

export interface DeafnessWatch {
  /** Resolves once nothing was fetched for `afterSeconds` although there was a free hand and chunks waited all that time. */
  readonly deaf: Promise<void>
  stop(): void
}

const LOOKS_PER_LIMIT = 4

/** A worker can be alive and yet fetch nothing after a reconnect; only starting its process again helps. */
export function watchForDeafness(
  depth: () => Promise<QueueDepth>,
  activity: ConsumerActivity,
  { concurrency, afterSeconds }: { readonly concurrency: number; readonly afterSeconds: number },
): DeafnessWatch {
  let silentSince: number | null = null
  let fetched = activity.fetched
  let timer: NodeJS.Timeout | undefined
  const deaf = new Promise<void>((resolve) => {
    const look = async () => {
      // A queue that does not answer says nothing about this consumer.
      const { waiting } = await depth().catch(() => ({ waiting: 0 }))
      const silent = waiting > 0 && activity.inHand < concurrency && activity.fetched === fetched
      fetched = activity.fetched
      silentSince = silent ? (silentSince ?? performance.now()) : null
      if (silentSince !== null && performance.now() - silentSince >= afterSeconds * 1000) resolve()
    }
    timer = setInterval(() => void look(), (afterSeconds * 1000) / LOOKS_PER_LIMIT)
    timer.unref()
  })
  return { deaf, stop: () => clearInterval(timer) }
}
