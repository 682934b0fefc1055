import { Type } from '@collapsar/schema'
import { CELL_ID_PATTERN, MAXIMUM_COLUMNS_BYTES } from '@collapsar/sweep'
import { closed, count } from './schemas.ts'

/** Blocks of one request: about 300 KB. */
export const MAXIMUM_IMPORTED_BLOCKS = 100

const name = (meaning: string, most: number) =>
  Type.String({ pattern: `^[A-Za-z0-9_.-]{1,${most}}$`, description: `${meaning}: 1 to ${most} letters, digits, "_", "." and "-"` })

/** What a worker that reaches no database hands in. Counts are not sent: the server counts the records itself. */
export const BlockImport = Type.Object(
  {
    cell: Type.String({ pattern: CELL_ID_PATTERN.source, description: 'the id of a cell: c1_ and 64 hexadecimal digits' }),
    worker: name('the name of who trained them, under which they are audited', 128),
    engine: Type.Object(
      { id: name('the id of the engine', 64), version: name('its version', 64) },
      { ...closed, description: 'id and version of the engine' },
    ),
    blocks: Type.Array(
      Type.Object(
        {
          block: Type.Integer({ minimum: 0, maximum: 21_474_835, description: 'the index of the block, from 0' }),
          digest: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 over the unpacked columns, 64 hexadecimal digits' }),
          columns: Type.String({
            pattern: '^[A-Za-z0-9+/]+={0,2}$',
            maxLength: (MAXIMUM_COLUMNS_BYTES * 4) / 3,
            description: `the packed columns, base64 of at most ${MAXIMUM_COLUMNS_BYTES} bytes`,
          }),
        },
        { ...closed, description: 'a block' },
      ),
      { minItems: 1, maxItems: MAXIMUM_IMPORTED_BLOCKS, description: `1 to ${MAXIMUM_IMPORTED_BLOCKS} blocks` },
    ),
  },
  closed,
)
export type BlockImport = Type.Static<typeof BlockImport>

export const ImportResult = Type.Object({
  recorded: count('blocks that are new'),
  duplicate: count('blocks that were there, with the same digest'),
})
export type ImportResult = Type.Static<typeof ImportResult>
