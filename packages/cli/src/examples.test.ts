import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readSweep } from './input-file.ts'

const folder = fileURLToPath(new URL('../../../examples/', import.meta.url))

it.each(readdirSync(folder))('the example %s is a valid sweep', async (name) => {
  const sweep = await readSweep(`${folder}${name}`, { inits: null, engine: null })
  expect(sweep.cells.length).toBeGreaterThan(0)
})
