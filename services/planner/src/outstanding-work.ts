import { ASSUMED_FLOPS_PER_THREAD, blockSeconds } from '@collapsar/sweep'
import type { CellProgress, Chunk, EngineKind } from '@collapsar/sweep'
import { workerSpeed } from './routing.ts'
import type { Fleet, SweepStanding } from './routing.ts'

/** What claimed work costs, by what the last look at the cells said of them. */
export class OutstandingWork {
  #cells: ReadonlyMap<string, CellProgress> = new Map()
  #speeds: ReadonlyMap<EngineKind, number> = new Map()

  looked(standings: readonly SweepStanding[], fleet: Fleet): void {
    this.#cells = new Map(standings.flatMap(({ progress }) => progress.map((cell) => [cell.cell, cell] as const)))
    this.#speeds = new Map([...fleet].map(([kind, workers]) => [kind, Math.min(...workers.map(workerSpeed))]))
  }

  /** Seconds of one worker, measured or by the cost model. A chunk whose cell nobody wants any more costs nothing: it is about to be dropped. */
  seconds(kind: EngineKind, chunks: readonly Chunk[]): number {
    const flopsPerSecond = this.#speeds.get(kind) ?? ASSUMED_FLOPS_PER_THREAD
    return chunks.reduce((sum, { cell, blocks }) => {
      const known = this.#cells.get(cell)
      return known === undefined ? sum : sum + blocks * blockSeconds(known, { flopsPerSecond })
    }, 0)
  }
}
