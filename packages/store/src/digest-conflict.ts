import { CollapsarError } from '@collapsar/sweep'

/** A block that is recorded was handed in with another digest: a machine or a disk is at fault, or somebody lies. */
export class DigestConflict extends CollapsarError {
  /** The cell's id. */
  readonly cell: string
  readonly block: number
  /** What was handed in. */
  readonly digest: Uint8Array

  constructor(cell: string, block: number, digest: Uint8Array) {
    super('damaged', `Block ${block} of cell ${cell} was trained twice with different results: their digests differ.`)
    this.cell = cell
    this.block = block
    this.digest = digest
  }
}
