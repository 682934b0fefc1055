/** The entries of all pages; a page is asked for when the one before is used up. */
export async function* eachOfPages<T>(
  ask: (cursor: string | null) => Promise<{ readonly entries: readonly T[]; readonly next: string | null }>,
): AsyncGenerator<T, void, undefined> {
  let cursor: string | null = null
  do {
    const { entries, next }: { readonly entries: readonly T[]; readonly next: string | null } = await ask(cursor)
    yield* entries
    cursor = next
  } while (cursor !== null)
}
