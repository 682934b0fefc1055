export interface JoinedSignal {
  /** Aborts with the reason of the first that does. */
  readonly signal: AbortSignal
  /** To be called when nobody listens any more. */
  release(): void
}

/**
 * AbortSignal.any that can be released: of every signal joined with it, one that outlives them keeps a trace for as long as it
 * lives (54 bytes in Node 20), and a consumer joins its own with each delivery's.
 */
export function joined(sources: readonly (AbortSignal | undefined)[]): JoinedSignal {
  const controller = new AbortController()
  const given = sources.filter((source) => source !== undefined)
  const follows = given.map((source) => ({ source, follow: () => controller.abort(source.reason) }))
  for (const { source, follow } of follows) {
    if (source.aborted) follow()
    source.addEventListener('abort', follow, { once: true })
  }
  return {
    signal: controller.signal,
    release: () => follows.forEach(({ source, follow }) => source.removeEventListener('abort', follow)),
  }
}
