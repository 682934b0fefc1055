import { at, units } from './affine.ts'
import type { BlockMemory, Rows } from './block-memory.ts'
import { QUAD } from './block-memory.ts'
import type { Flag, Float, Word } from './kernel.ts'
import type { KernelBuilder, Variable } from './kernel-builder.ts'
import type { Layer } from './layers.ts'
import type { Workgroup } from './workgroup.ts'

/** Outputs and inputs of the weights whose gradient a thread takes, by how many there are for each. */
const SHAPES = [[1, 1], [2, 1], [2, 2], [4, 2], [4, 4]] as const
/** Tiles that are summed side by side: where a thread has few sums, each of them would wait for itself. */
const MOST_SUMS = 16
/** The part of a layer's gradient that a thread holds, until the layer above it needs the parameters no more. */
export interface HeldGradient {
  /** Calls with every parameter that this thread has the gradient of. */
  each(act: (parameter: Word, gradient: Float, isBias: boolean) => void): void
}

export interface BlockGradientOptions {
  readonly memory: BlockMemory
  readonly workgroup: Workgroup
  /** The last so many threads take the gradient of the biases, while the others take that of the weights. */
  readonly biasThreads: number
}

/** Gradients of a layer, each summed by one thread: within a tile over the samples ascending, tile after tile (NUMERICS.md, 4). */
export class BlockGradient {
  readonly #k: KernelBuilder
  readonly #memory: BlockMemory
  readonly #thread: Word
  readonly #weightThreads: number
  readonly #biasThreads: number

  constructor(k: KernelBuilder, { biasThreads, memory, workgroup }: BlockGradientOptions) {
    this.#k = k
    this.#memory = memory
    this.#thread = workgroup.thread
    this.#weightThreads = workgroup.threads - biasThreads
    this.#biasThreads = biasThreads
  }

  /** @param deltas derivatives with respect to the layer's affine values @param source what the layer received */
  take(layer: Layer, { deltas, source }: { readonly deltas: Rows; readonly source: Rows }): HeldGradient {
    const k = this.#k
    const [weights, biases] = [this.#weights(layer, { deltas, source }), this.#biases(layer, deltas)]
    k.if(weights.isMine, weights.sum, () => {
      k.if(biases.isMine, biases.sum)
    })
    return {
      each: (act) => {
        k.if(weights.isMine, () => {
          weights.each((parameter, gradient) => {
            act(parameter, gradient, false)
          })
        }, () => {
          k.if(biases.isMine, () => {
            biases.each((parameter, gradient) => {
              act(parameter, gradient, true)
            })
          })
        })
      },
    }
  }

  #weights({ inputs, outputs, weights }: Layer, { deltas, source }: { readonly deltas: Rows; readonly source: Rows }): Share {
    const k = this.#k
    const thread = this.#thread
    const [byOutputs, byInputs] = shapeOf({ inputs, outputs }, this.#weightThreads)
    const columnBlocks = Math.ceil(inputs / byInputs)
    const rowBlocks = Math.ceil(outputs / byOutputs)
    const block = columnBlocks === 1 ? thread : k.words('divide', thread, k.word(columnBlocks))
    const column = k.words('subtract', thread, k.multiplyWords(block, k.word(columnBlocks)))
    // Not side by side: neighbouring threads then read neighbouring rows, which lie in different banks.
    const rows = this.#members(block, { blocks: rowBlocks, each: byOutputs, count: outputs })
    const columns = this.#members(column, { blocks: columnBlocks, each: byInputs, count: inputs })
    const rowsAt = rows.map(({ index }) => this.#memory.row(deltas, index))
    const columnsAt = columns.map(({ index }) => this.#memory.row(source, index))
    const totals = units(byOutputs * byInputs).map(() => k.variable(k.float(0)))
    return {
      isMine: k.compare('less', thread, k.word(rowBlocks * columnBlocks)),
      sum: () => {
        this.#sumTiles(totals, (sample, offset, length, sums) => {
          const derivatives = rowsAt.map((place) => k.loadQuad(deltas.array, k.addWords(place, sample), offset))
          const values = columnsAt.map((place) => k.loadQuad(source.array, k.addWords(place, sample), offset))
          for (const s of units(length)) {
            derivatives.forEach((derivative, t) => {
              values.forEach((value, u) => {
                const sum = at(sums, t * byInputs + u)
                k.set(sum, k.fma(at(derivative, s), at(value, s), sum.value))
              })
            })
          }
        })
      },
      each: (act) => {
        rows.forEach((row, t) => {
          columns.forEach((column, u) => {
            const parameter = k.addWords(weights, k.addWords(k.multiplyWords(row.index, k.word(inputs)), column.index))
            this.#where([row, column], () => {
              act(parameter, at(totals, t * byInputs + u).value)
            })
          })
        })
      },
    }
  }

  #biases({ inputs, outputs, weights }: Layer, deltas: Rows): Share {
    const k = this.#k
    const first = k.word(this.#weightThreads)
    const lanes = Math.min(outputs, this.#biasThreads)
    const lane = k.words('subtract', this.#thread, first)
    const rows = this.#members(lane, { blocks: lanes, each: Math.ceil(outputs / lanes), count: outputs })
    const rowsAt = rows.map(({ index }) => this.#memory.row(deltas, index))
    const totals = rows.map(() => k.variable(k.float(0)))
    return {
      isMine: k.and(k.not(k.compare('less', this.#thread, first)), k.compare('less', lane, k.word(lanes))),
      sum: () => {
        this.#sumTiles(totals, (sample, offset, length, sums) => {
          const derivatives = rowsAt.map((place) => k.loadQuad(deltas.array, k.addWords(place, sample), offset))
          for (const s of units(length)) derivatives.forEach((derivative, t) => k.set(at(sums, t), k.add(at(sums, t).value, at(derivative, s))))
        })
      },
      each: (act) => {
        rows.forEach((row, t) => {
          this.#where([row], () => {
            act(k.addWords(k.addWords(weights, k.word(inputs * outputs)), row.index), at(totals, t).value)
          })
        })
      },
    }
  }

  /**
   * Sums over all samples: within a tile from +0, samples ascending; the first tile's sums are taken as they are, those of later ones added.
   * @param add takes the first `length` samples of a quad, `offset` behind `sample`, into the sums of a tile
   */
  #sumTiles(totals: readonly Variable<'float'>[], add: (sample: Word, offset: number, length: number, sums: readonly Variable<'float'>[]) => void): void {
    const k = this.#k
    const { samples, tile } = this.#memory
    const full = Math.floor(samples / tile)
    const sumsOfTile = (sample: Word, { length, offset }: { readonly offset: number; readonly length: number }) => {
      const sums = totals.map(() => k.variable(k.float(0)))
      for (let s = 0; s < length; s += QUAD) add(sample, offset + s, Math.min(QUAD, length - s), sums)
      return sums
    }
    const take = (sums: readonly Variable<'float'>[], isFirst: Flag | boolean) => {
      totals.forEach((total, i) => {
        const { value } = at(sums, i)
        const added = () => k.add(total.value, value)
        k.set(total, k.stored(isFirst === true ? value : isFirst === false ? added() : k.select(isFirst, value, added())))
      })
    }
    if (full > 0) {
      const beside = tilesBeside(full, totals.length)
      k.for({ to: k.word(full * tile), step: beside * tile }, (start) => {
        const tiles = units(beside).map((i) => sumsOfTile(start, { offset: i * tile, length: tile }))
        tiles.forEach((sums, i) => {
          take(sums, i === 0 ? k.compare('equal', start, k.word(0)) : false)
        })
      })
    }
    const rest = samples - full * tile
    if (rest > 0) take(sumsOfTile(k.word(full * tile), { offset: 0, length: rest }), full === 0)
  }

  /** Numbers `block`, `block + blocks`, ...: beyond the last one it is taken again, and nothing is kept of it. */
  #members(block: Word, { blocks, count, each }: { readonly blocks: number; readonly each: number; readonly count: number }): readonly Member[] {
    const k = this.#k
    return units(each).map((t) => {
      const index = t === 0 ? block : k.addWords(block, k.word(t * blocks))
      if ((t + 1) * blocks <= count) return { index, exists: null }
      const exists = k.compare('less', index, k.word(count))
      return { index: k.select(exists, index, k.word(count - 1)), exists }
    })
  }

  #where(members: readonly Member[], act: () => void): void {
    const k = this.#k
    const [first, ...others] = members.flatMap(({ exists }) => exists ?? [])
    if (first === undefined) act()
    else k.if(others.reduce((all, exists) => k.and(all, exists), first), act)
  }
}

interface Member {
  readonly index: Word
  /** null: always. */
  readonly exists: Flag | null
}

interface Share {
  readonly isMine: Flag
  sum(): void
  each(act: (parameter: Word, gradient: Float) => void): void
}

/** Tiles side by side: as many as divide all and leave room for their sums. */
function tilesBeside(tiles: number, sums: number): number {
  return [4, 2].find((beside) => tiles % beside === 0 && beside * sums <= MOST_SUMS) ?? 1
}

function shapeOf(layer: { readonly inputs: number; readonly outputs: number }, threads: number): readonly [number, number] {
  const shape = gradientShape(layer, threads)
  if (shape === null) throw new RangeError(`${threads} threads hold no gradient of ${layer.outputs} by ${layer.inputs} weights`)
  return shape
}

/** Outputs and inputs of the weights that each of so many threads takes; null where they are too many. */
export function gradientShape({ inputs, outputs }: { readonly inputs: number; readonly outputs: number }, threads: number): readonly [number, number] | null {
  return SHAPES.find(([rows, columns]) => Math.ceil(outputs / rows) * Math.ceil(inputs / columns) <= threads) ?? null
}
