import { expect, it } from 'vitest'
import { engineNames, mixedEngines } from './engine-names.ts'
import type { CellDocument } from './surface.ts'

it('names one engine, and several with their versions', () => {
  expect(engineNames([])).toBeNull()
  expect(engineNames([{ id: 'cpu', version: '2' }])).toBe('cpu')
  expect(engineNames([{ id: 'cpu', version: '1' }, { id: 'cpu', version: '2' }])).toBe('cpu 1+cpu 2')
})

it('warns of cells whose engines mix, and of no others', () => {
  const cell = (engine: string | null) => ({ engine }) as CellDocument
  expect(mixedEngines({ cells: [cell('cpu'), cell(null)] })).toBeNull()
  expect(mixedEngines({ cells: [cell('cpu'), cell('cpu 1+cpu 2'), cell('cpu 1+cpu 2')] })).toBe(
    '2 cells have trials of several versions of an engine (cpu 1+cpu 2): their bits were compared on a block.',
  )
})
