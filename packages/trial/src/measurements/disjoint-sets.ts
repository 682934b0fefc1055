/** A partition of 0 .. size-1, each at first in a set of its own (union by walking up, with halved paths). */
export class DisjointSets {
  /** Number of sets. */
  count: number
  private readonly parents: Int32Array

  constructor(size: number) {
    this.count = size
    this.parents = Int32Array.from({ length: size }, (_, i) => i)
  }

  /** Makes one of the sets of `a` and of `b`. */
  join(a: number, b: number): void {
    const from = this.find(a)
    const to = this.find(b)
    if (from === to) return
    this.parents[from] = to
    this.count--
  }

  private find(element: number): number {
    const { parents } = this
    let i = element
    while (parents[i] !== i) {
      parents[i] = parents[parents[i] as number] as number
      i = parents[i] as number
    }
    return i
  }
}
