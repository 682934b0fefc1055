import { beforeAll, describe, expect, it } from 'vitest'
import type { ReproductionDocument } from './document.ts'
import { indexOf, markdownOf } from './markdown.ts'
import { textOf } from './report-text.ts'
import { BORN_DEAD_AT_10, documentOfTarget } from './samples/document.ts'

const reproduced = (changed: typeof BORN_DEAD_AT_10 = {}) => documentOfTarget('ten-layer-widths', { ...BORN_DEAD_AT_10, ...changed })

let document: ReproductionDocument
beforeAll(async () => {
  document = await reproduced()
})

describe('a reproduction', () => {
  it('is the same document again but for the run, and survives JSON', async () => {
    const { run: _, ...again } = await reproduced()
    expect({ ...document, run: undefined }).toEqual({ ...again, run: undefined })
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
  })

  it('has the verdict of its measurements', async () => {
    expect(document).toMatchObject({ schema: 'collapsar-reproduction/1', verdict: 'pass', size: 'quick', number: 3, familyFalseAlarm: 1e-3, power: 0.8 })
    expect((await reproduced({ 5: 0.16 })).verdict).toBe('fail')
  })

  it('names the data: cell, trials and digest of each cell', () => {
    expect(document.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(document.sweeps).toHaveLength(1)
    // One sweep: its digest is that of the whole.
    expect(document.sweeps[0]!.digest).toBe(document.digest)
  })

  it('says in its text what is published, what was measured and what it would have seen', () => {
    const text = textOf(document)
    for (const part of ['ten layers, by width: pass', 'arXiv:1903.06733', 'width 5: above 10%', '12.83%', 'would have seen', document.digest]) {
      expect(text).toContain(part)
    }
  })

  it('is a page and a row of a table in which no text breaks a cell', () => {
    expect(markdownOf(document, 'map.png')).toContain('![')
    expect(markdownOf(document, null)).not.toContain('![')
    const barred = { ...document, title: '|x|', published: ['a | b'] }
    const rows = indexOf([barred]).split('\n').filter((line) => line.startsWith('| '))
    for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(12)
  })
})
