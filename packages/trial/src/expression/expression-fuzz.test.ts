import { describe, expect, it } from 'vitest'
import { fillPhilox } from '../random/philox.ts'
import { canonicalExpression } from './canonical-expression.ts'
import { compileExpression } from './compile-expression.ts'
import type { Expression } from './expression.ts'
import { parseExpression } from './parse-expression.ts'
import { printExpression } from './print-expression.ts'

/** 1e6 in the long form: EXPRESSION_FUZZ=1000000. */
const STRINGS = Number(process.env['EXPRESSION_FUZZ'] ?? 100_000)
const INPUTS = 2

/** Integers in [0, n) from a fixed stream. */
function dice(seed: number): (n: number) => number {
  const words = new Uint32Array(4096)
  let used = words.length
  let block = 0
  return (n) => {
    if (used === words.length) {
      fillPhilox(words, words.length / 4, [block, 0, 0, 0], [seed, 0])
      block += words.length / 4
      used = 0
    }
    return words[used++]! % n
  }
}

type Roll = (n: number) => number

const LEAVES = ['x1', 'x2', 'pi', 'e', '1', '0.5', '2.5e-3', '.25', '1e300']
const CALLS = ['abs', 'sin', 'cos', 'exp', 'log', 'sqrt', 'tanh', 'step', 'sign', 'relu', 'min', 'max']
const PIECES = [...LEAVES, ...CALLS, '(', ')', '+', '-', '*', '/', '^', ',', ' ', '\t', 'x', 'x9', '^2', '^-3', '\u00e9', '\0', '1e', '..']

/** A formula of the grammar, with superfluous parentheses and white space here and there. */
function formula(roll: Roll, size: number): string {
  if (size <= 1) return LEAVES[roll(LEAVES.length)]!
  const space = roll(2) === 0 ? ' ' : ''
  switch (roll(6)) {
    case 0:
      return `-${space}${formula(roll, size - 1)}`
    case 1:
      return `(${formula(roll, size - 1)})${roll(3) === 0 ? `^${roll(9) - 4}` : ''}`
    case 2: {
      const call = CALLS[roll(CALLS.length)]!
      const binary = call === 'min' || call === 'max'
      return binary ? `${call}(${formula(roll, size >> 1)},${space}${formula(roll, size >> 1)})` : `${call}(${formula(roll, size - 1)})`
    }
    default:
      return `${formula(roll, size >> 1)}${space}${'+-*/'[roll(4)]}${space}${formula(roll, (size - 1) >> 1)}`
  }
}

/** Characters deleted, doubled, swapped and replaced. */
function mutated(roll: Roll, text: string): string {
  let result = text
  for (let times = 1 + roll(3); times > 0; times--) {
    const at = roll(result.length + 1)
    const piece = [PIECES[roll(PIECES.length)]!, String.fromCharCode(roll(128)), '', result.slice(at, at + roll(40))][roll(4)]!
    result = result.slice(0, at) + piece + result.slice(at + roll(3))
  }
  return result
}

function nonsense(roll: Roll): string {
  return Array.from({ length: roll(60) }, () => PIECES[roll(PIECES.length)]!).join('')
}

describe('random texts', () => {
  it(`are read or refused: ${STRINGS} of them, the read ones print to themselves, none takes over 5 ms`, () => {
    const roll = dice(1)
    let accepted = 0
    let slow = 0
    for (let i = 0; i < STRINGS; i++) {
      const text = [() => formula(roll, 1 + roll(40)), () => mutated(roll, formula(roll, 1 + roll(40))), () => nonsense(roll)][i % 3]!()
      const started = performance.now()
      const canonical = accept(text)
      // a pause of the machine is no slowness of the text: three in a row are
      if (performance.now() - started > 5 && isSlow(text) && isSlow(text)) slow += 1
      if (canonical === null) continue
      accepted += 1
      if (canonicalExpression(canonical, INPUTS) !== canonical) expect.fail(`${text} printed as ${canonical}`)
    }
    expect(slow).toBe(0)
    expect(accepted).toBeGreaterThan(STRINGS / 4)
    expect(accepted).toBeLessThan((3 * STRINGS) / 4)
  })
})

/** The canonical form, or null if the text is refused; anything but a RangeError passes through and fails the test. */
function accept(text: string): string | null {
  try {
    const canonical = canonicalExpression(text, INPUTS)
    compileExpression(parseExpression(canonical, INPUTS))([0.3, -0.7])
    return canonical
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith('invalid expression')) return null
    throw error
  }
}

function isSlow(text: string): boolean {
  const started = performance.now()
  accept(text)
  return performance.now() - started > 5
}

/** A random tree without the functions that the platform computes differently. */
function tree(roll: Roll, size: number): Expression {
  if (size <= 1) return roll(3) === 0 ? { kind: 'number', value: 1 + roll(9) / 8 } : { kind: 'input', index: roll(INPUTS) }
  switch (roll(7)) {
    case 0:
      return { kind: 'negate', operand: tree(roll, size - 1) }
    case 1:
      return { kind: 'power', base: tree(roll, size - 1), exponent: 2 }
    case 2:
      return { kind: 'call', name: 'max', operands: [tree(roll, size >> 1), tree(roll, size >> 1)] }
    default: {
      const operator = (['+', '-', '*', '/'] as const)[roll(4)]!
      return { kind: 'binary', operator, left: tree(roll, size >> 1), right: tree(roll, (size - 1) >> 1) }
    }
  }
}

/** The value by recursion, beside the code under test. */
function valueOf(expression: Expression, point: readonly number[]): number {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'input':
      return point[expression.index]!
    case 'negate':
      return -valueOf(expression.operand, point)
    case 'power':
      return valueOf(expression.base, point) * valueOf(expression.base, point)
    case 'call':
      return Math.max(valueOf(expression.operands[0]!, point), valueOf(expression.operands[1]!, point))
    case 'binary': {
      const [a, b] = [valueOf(expression.left, point), valueOf(expression.right, point)]
      return { '+': a + b, '-': a - b, '*': a * b, '/': a / b }[expression.operator]
    }
    default:
      throw new Error(expression.kind)
  }
}

describe('random trees', () => {
  it('are printed so that they are read back as they were, and have the value of the tree', () => {
    const roll = dice(2)
    const point = [0.3, -0.7]
    for (let i = 0; i < 20_000; i++) {
      const expression = tree(roll, 1 + roll(20))
      const text = printExpression(expression)
      const read = parseExpression(text, INPUTS)
      if (JSON.stringify(read) !== JSON.stringify(expression)) expect.fail(text)
      if (!Object.is(compileExpression(read)(point), valueOf(expression, point))) expect.fail(text)
    }
  })

  it('lose their meaning when a pair of parentheses is taken away from the canonical form', () => {
    const roll = dice(3)
    let pairs = 0
    for (let i = 0; i < 5000; i++) {
      const expression = tree(roll, 1 + roll(20))
      for (const text of withoutOnePair(printExpression(expression))) {
        pairs += 1
        if (accept(text) === printExpression(expression)) expect.fail(text)
      }
    }
    expect(pairs).toBeGreaterThan(5000)
  })
})

/** The text without each pair of parentheses in turn, those of calls kept. */
function withoutOnePair(text: string): string[] {
  const open: number[] = []
  const shorter: string[] = []
  for (const [i, character] of [...text].entries()) {
    if (character === '(') open.push(i)
    if (character !== ')') continue
    const start = open.pop()!
    if (!/[a-z]/.test(text[start - 1] ?? '')) shorter.push(text.slice(0, start) + text.slice(start + 1, i) + text.slice(i + 1))
  }
  return shorter
}
