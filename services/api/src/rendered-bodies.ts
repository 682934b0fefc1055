/** What the bodies that are kept may take in memory together: some forty maps of 1,600 cells. */
const LIMIT_BYTES = 64 * 2 ** 20

/**
 * Bodies of answers by their entity tags, those asked for last. Rendering a large map keeps the event loop busy for tenths of a second,
 * and a map is looked at far more often than it changes. A body that several requests wait for is rendered once.
 */
export class RenderedBodies {
  readonly #limitBytes: number
  /** Those used last at the end. */
  readonly #bodies = new Map<string, Buffer>()
  readonly #underWay = new Map<string, Promise<Buffer>>()
  #bytes = 0

  constructor(limitBytes = LIMIT_BYTES) {
    this.#limitBytes = limitBytes
  }

  /** The body of this tag, rendered unless it is kept. Rejects like `render`; then nothing is kept. */
  async get(tag: string, render: () => Promise<Buffer>): Promise<Buffer> {
    const kept = this.#bodies.get(tag)
    if (kept !== undefined) {
      this.#bodies.delete(tag)
      this.#bodies.set(tag, kept)
      return kept
    }
    const underWay = this.#underWay.get(tag) ?? this.#render(tag, render)
    return underWay
  }

  #render(tag: string, render: () => Promise<Buffer>): Promise<Buffer> {
    const rendering = render()
      .then((body) => {
        this.#keep(tag, body)
        return body
      })
      .finally(() => this.#underWay.delete(tag))
    this.#underWay.set(tag, rendering)
    return rendering
  }

  #keep(tag: string, body: Buffer): void {
    this.#bodies.set(tag, body)
    this.#bytes += body.length
    for (const [oldest, { length }] of this.#bodies) {
      if (this.#bytes <= this.#limitBytes) return
      this.#bodies.delete(oldest)
      this.#bytes -= length
    }
  }
}
