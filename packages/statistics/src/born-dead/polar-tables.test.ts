import { expect, test } from 'vitest'
import { createPolarTables, exponential } from './polar-tables.ts'

const tables = createPolarTables()

test('takes the logarithm of a word', () => {
  for (let word = 2 ** 30; word < 2 ** 32; word += 1_234_567) {
    expect(Math.abs(exponential(word | 0, tables) + Math.log(word / 2 ** 32))).toBeLessThan(2e-9)
  }
  for (const word of [1, 2, 255, 2 ** 16, 2 ** 29 + 12_345]) {
    expect(Math.abs(exponential(word, tables) + Math.log(word / 2 ** 32))).toBeLessThan(2e-9)
  }
})

test('counts word 0 as one half', () => {
  expect(exponential(0, tables)).toBeCloseTo(33 * Math.LN2, 9)
})

test('points to the middles of 2048 equal sectors', () => {
  expect(tables.cosine[0]).toBeCloseTo(Math.cos(Math.PI / 2048), 15)
  expect(tables.sine[2047]).toBeCloseTo(-Math.sin(Math.PI / 2048), 15)
})
