import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ELEMENTARY } from './elementary-tables.ts'

const header = readFileSync(new URL('../../engine-cpu/native/elementary.h', import.meta.url), 'utf8')

it.each([
  ['f32', 'float'],
  ['f64', 'double'],
] as const)('the coefficients of %s are those of the native engine', (precision, type) => {
  expect(ELEMENTARY[precision]).toEqual(tableOf(type))
})

/** The constants of `ElementaryTables<type>`, by their names. */
function tableOf(type: 'float' | 'double'): Record<string, number | number[]> {
  const [, body = ''] = new RegExp(`struct ElementaryTables<${type}> \\{([\\s\\S]*?)\\n\\};`).exec(header) ?? []
  const declarations = [...body.matchAll(/static constexpr \w+ (\w+)(\[\])? = (?:\{([^}]*)\}|([^;{]*));/g)]
  expect(declarations).toHaveLength(body.match(/constexpr/g)?.length ?? 0)
  return Object.fromEntries(declarations.map(([, name, isList, list = '', value = '']) => [name, isList === undefined ? numberOf(value) : list.split(',').map(numberOf)]))
}

/** C++'s literals: decimal, or hexadecimal with a binary exponent, every digit of which binary64 holds. */
function numberOf(literal: string): number {
  const [, sign, whole, fraction = '', exponent] = /^\s*(-?)0x([01])(?:\.([0-9a-f]+))?p([+-]?\d+)f?\s*$/.exec(literal) ?? []
  if (whole === undefined) return Number(literal.trim().replace(/f$/, ''))
  const mantissa = Number.parseInt(whole + fraction, 16) / 16 ** fraction.length
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** Number(exponent)
}
