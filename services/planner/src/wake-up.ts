import type { Store } from '@collapsar/store'

export interface WakeUp {
  /** Resolves at the next notification, after `timeoutMs`, or at once when stopping. One that came since the last call counts. */
  next(timeoutMs: number): Promise<void>
  close(): Promise<void>
}

/** Turns the store's notifications into something to wait for. */
export async function wakeUp(store: Store, signal: AbortSignal): Promise<WakeUp> {
  let notified = false
  let resolveNext: (() => void) | null = null
  const notify = () => {
    notified = true
    resolveNext?.()
  }
  const unlisten = await store.listen(notify)
  signal.addEventListener('abort', notify)
  return {
    next: async (timeoutMs) => {
      if (!notified && !signal.aborted) await waitFor(timeoutMs, (resolve) => (resolveNext = resolve))
      resolveNext = null
      notified = false
    },
    close: async () => {
      signal.removeEventListener('abort', notify)
      await unlisten()
    },
  }
}

function waitFor(timeoutMs: number, register: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs)
    register(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
