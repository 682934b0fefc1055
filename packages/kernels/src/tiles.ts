import type { Float, Word } from './kernel.ts'
import type { KernelBuilder, Variable } from './kernel-builder.ts'
import { at } from './affine.ts'
import { lesser } from './training-inputs.ts'

interface TileSums {
  /** Samples, and those of a tile. */
  readonly count: Word
  readonly tile: number
  /** How many sums are taken. */
  readonly sums: number
  /** What becomes of a sum after each tile; nothing by default. */
  readonly rounded?: (x: Float) => Float
}

/**
 * Sums over samples as NUMERICS.md, 4 takes them: within a tile from +0, samples ascending; the first tile's sums are taken as they are, those
 * of later ones added.
 * @param add takes one sample into the tile's sums
 */
export function sumOverTiles(
  k: KernelBuilder,
  { count, rounded = (x) => x, sums, tile }: TileSums,
  add: (sample: Word, sums: readonly Variable<'float'>[]) => void,
): readonly Variable<'float'>[] {
  const zeros = () => Array.from({ length: sums }, () => k.variable(k.float(0)))
  const totals = zeros()
  k.for({ to: count, step: tile }, (start) => {
    const ofTile = zeros()
    k.for({ from: start, to: lesser(k, k.addWords(start, k.word(tile)), count) }, (sample) => {
      add(sample, ofTile)
    })
    const isFirst = k.compare('equal', start, k.word(0))
    totals.forEach((total, i) => {
      const { value } = at(ofTile, i)
      k.set(total, rounded(k.select(isFirst, value, k.add(total.value, value))))
    })
  })
  return totals
}
