import { at } from '../at.ts'
import type { Tile } from './samples.ts'

/** Sums over the samples of one tile, in order, [unit]. @param add takes element `i` of [sample][unit] into its unit's sum */
export function sumTile(units: number, tile: Tile, add: (sum: number, i: number) => number): Float64Array {
  const sums = new Float64Array(units)
  const end = (tile.row + tile.points.length) * units
  for (let i = tile.row * units; i < end; i++) sums[i % units] = add(at(sums, i % units), i)
  return sums
}

/** Takes a tile's sums into those of the whole step: the first tile's as they are, later ones added (NUMERICS.md, 4). */
export function addTileSums(
  sums: Float64Array,
  ofTile: Float64Array,
  { isFirst }: Pick<Tile, 'isFirst'>,
  rounded: (x: number) => number,
): void {
  ofTile.forEach((sum, i) => {
    sums[i] = rounded(isFirst ? sum : at(sums, i) + sum)
  })
}
