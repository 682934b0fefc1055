import { expect, test } from 'vitest'
import { FORMATS } from './index.ts'
import { bornDeadSample } from './samples/documents.ts'

test('every format renders a document', async () => {
  const rendered = await Promise.all(Object.values(FORMATS).map((format) => format.render(bornDeadSample())))
  expect(Math.min(...rendered.map(({ length }) => length))).toBeGreaterThan(1000)
})

test('JSON is the document itself, ended by a line feed', () => {
  const document = bornDeadSample()
  const json = String(FORMATS.json.render(document))
  expect(json).toMatch(/^\{\n {2}"sweep": \{\n[^]*\}\n$/)
  expect(JSON.parse(json)).toEqual(document)
})

test('JSON has the layout that Node gives the whole, whether a cell was written before or not, and without cells', () => {
  const document = bornDeadSample()
  for (const one of [document, document, { ...document, cells: document.cells.slice(1) }, { ...document, cells: [] }]) {
    expect(String(FORMATS.json.render(one))).toBe(`${JSON.stringify(one, null, 2)}\n`)
  }
})
