import { describe, expect, it } from 'vitest'
import type { TSchema } from '@collapsar/schema'
import { Type } from '@collapsar/schema'
import { tooLongLists } from './list-lengths.ts'
import { parseSweep } from './sweep.ts'
import { schemaProblems } from './validation.ts'

const list = Type.Array(Type.String(), { maxItems: 2, uniqueItems: true, description: 'at most two' })
const schema: TSchema = Type.Object({ a: Type.Union([Type.String(), list]), 'b/c': Type.Record(Type.String(), list), open: Type.Array(Type.Unknown()) })

describe('lists that are too long', () => {
  it('are found wherever the schema has a list', () => {
    expect(tooLongLists(schema, { a: ['1', '2'], 'b/c': { x: [] }, open: [1, 2, 3, 4] })).toEqual([])
    expect(tooLongLists(schema, { a: ['1', '2', '3'], 'b/c': { x: [], 'y~': ['1', '2', '3'] } })).toEqual(['/a', '/b~1c/y~0'])
  })

  it('are no concern where the schema has no list', () => {
    expect(tooLongLists(schema, { toString: [1, 2, 3], other: [1, 2, 3] })).toEqual([])
    expect(tooLongLists(schema, [1, 2, 3])).toEqual([])
  })

  it('of half a megabyte are refused at once, not compared element by element', () => {
    const started = performance.now()
    expect(schemaProblems(schema, { a: Array<string>(100_000).fill('x'), 'b/c': {}, open: [] })).toEqual([
      { pointer: '/a', detail: expect.stringMatching(/^a is \["x","x".*\.\.\.; accepted: /) },
    ])
    const source = { grid: { depth: 2, width: 2 }, inits: 1, measure: Array<string>(100_000).fill('facts') }
    expect(() => parseSweep(source)).toThrow('a list without repetition')
    // The square of the length takes minutes.
    expect(performance.now() - started).toBeLessThan(5000)
  })
})
