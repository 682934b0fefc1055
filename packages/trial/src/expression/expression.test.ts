import { describe, expect, it } from 'vitest'
import { canonicalExpression } from './canonical-expression.ts'
import { compileExpression } from './compile-expression.ts'
import { EXPRESSION_LIMITS } from './expression.ts'
import { functions } from './functions.ts'
import { parseExpression } from './parse-expression.ts'

const valueOf = (text: string, ...point: number[]) => compileExpression(parseExpression(text, point.length))(point)

describe('an expression', () => {
  // by hand
  it.each([
    ['2 + 3 * 4 - 6 / 3', 12],
    ['10 - 4 - 3', 3],
    ['16 / 4 / 2', 2],
    ['-x^2', -9],
    ['(-x)^2', 9],
    ['2 * -x', -6],
    ['x - -1', 4],
    ['--x', 3],
    ['x^-2', 1 / 9],
    ['x^(-2)', 1 / 9],
    ['x^0 + x1^1', 4],
    ['2^10', 1024],
    ['(x + 1) * (x - 1)', 8],
    ['max(x, 2) + min(x, 2) + abs(-x)', 8],
    ['step(x) + step(0) + step(-1) + 10 * sign(-x) + relu(-x) + relu(x)', -6],
    ['sqrt(x + 1) + .5 + 2.5e-1 + 1E2 + 1.', 103.75],
    ['\tx\n+ 1 ', 4],
  ])('%j is %d at x = 3', (text, expected) => {
    expect(valueOf(text, 3)).toBe(expected)
  })

  it('knows several inputs, pi, e and the transcendental functions', () => {
    expect(valueOf('abs(x1 - x2) + sin(5*x1)', 0.5, 2)).toBeCloseTo(1.5 + Math.sin(2.5), 15)
    expect(valueOf('cos(pi) + log(e) + exp(x8) + tanh(x1)', 1, 0, 0, 0, 0, 0, 0, 2)).toBeCloseTo(Math.exp(2) + Math.tanh(1), 14)
  })

  it('has no value where the formula has none', () => {
    expect(valueOf('1 / x', 0)).toBe(Infinity)
    for (const text of ['log(x)', 'sqrt(x)', 'step(sqrt(x))', 'relu(sqrt(x))', 'sin(1e6)', 'cos(1 / (x - x))']) expect(valueOf(text, -1)).toBeNaN()
  })
})

describe('the canonical form', () => {
  it.each([
    ['x1+ 1', 'x1 + 1'],
    ['((x))', 'x1'],
    ['(x*2)+(3)', 'x1 * 2 + 3'],
    ['x-(1-(2+x))', 'x1 - (1 - (2 + x1))'],
    ['(x-1)-2', 'x1 - 1 - 2'],
    ['x*(2/x)', 'x1 * (2 / x1)'],
    ['-(x^(2))', '-x1^2'],
    ['(-x)^-2', '(-x1)^-2'],
    ['(x^2)^3', '(x1^2)^3'],
    ['-(x*2)', '-(x1 * 2)'],
    ['(-x)*2- (-x)', '-x1 * 2 - -x1'],
    ['1.50e1+.1+1e21', '15 + 0.1 + 1e+21'],
    ['max( (x) ,pi*e)', 'max(x1, pi * e)'],
  ])('of %j is %j', (text, expected) => {
    expect(canonicalExpression(text, 1)).toBe(expected)
    expect(canonicalExpression(expected, 1)).toBe(expected)
  })
})

describe('a bad expression', () => {
  it.each([
    ['', 1, 'character 1, the end: expected a number, x1, a function or "("'],
    ['x +', 1, 'character 4, the end: expected a number'],
    ['abs(x1 - )', 1, 'character 10, ")": expected a number'],
    ['x1 x2', 2, 'character 4, "x2": expected an operator or the end'],
    ['2x', 1, 'character 2, "x": expected an operator'],
    ['x + y', 1, 'character 5, "y": expected x1, pi, e or one of abs, sin'],
    ['x2', 1, '"x2": expected x1'],
    ['x', 2, '"x": expected x1 to x2'],
    ['x3 + x1', 2, '"x3": expected x1 to x2'],
    ['x01', 1, '"x01": expected x1'],
    ['constructor(x)', 1, '"constructor": expected'],
    ['__proto__', 1, '"__proto__": expected'],
    ['sin x', 1, 'character 5, "x": expected "(" behind sin'],
    ['min(x)', 1, 'character 6, ")": expected an operator or "," because min takes 2'],
    ['abs(x, x)', 1, 'character 6, ",": expected an operator or ")"'],
    ['(x', 1, 'the end: expected an operator or ")"'],
    ['x)', 1, '")": expected an operator or the end'],
    ['x^0.5', 1, 'character 3, "0.5": expected an integer from -64 to 64'],
    ['x^65', 1, '"65": expected an integer'],
    ['x^x', 1, '"x": expected an integer'],
    ['x^2^3', 1, 'character 4, "^": expected parentheses'],
    ['x ** 2', 1, 'character 4, "*": expected a number'],
    ['x > 1', 1, 'character 3, ">": expected an operator'],
    ['x + \u{1F600}', 1, 'character 5, "\u{1F600}": expected a number'],
    ['1e999', 1, 'expected a number of at most 1.8e308'],
    ['+x', 1, '"+": expected a number'],
  ])('%j of %d inputs is refused at the place', (text, inputDim, message) => {
    expect(() => canonicalExpression(text, inputDim)).toThrow(RangeError)
    expect(() => canonicalExpression(text, inputDim)).toThrow(message)
  })

  it('is refused where it is too long, too large or too deep', () => {
    const { depth, length, nodes } = EXPRESSION_LIMITS
    expect(canonicalExpression(`${'abs('.repeat(depth)}x${')'.repeat(depth)}`, 1)).toContain('abs(x1)')
    expect(() => canonicalExpression(`${'('.repeat(depth + 1)}x${')'.repeat(depth + 1)}`, 1)).toThrow('at most 32 parentheses')
    expect(() => canonicalExpression(`${'-'.repeat(depth + 1)}x`, 1)).toThrow('at most 32 parentheses')
    expect(() => canonicalExpression('x'.padEnd(length + 1), 1)).toThrow('of 513 characters: expected at most 512')
    const sum = (terms: number) => Array(terms).fill('1').join('+')
    expect(parseExpression(sum(nodes / 2), 1)).toMatchObject({ kind: 'binary' })
    expect(() => parseExpression(sum(nodes / 2 + 1), 1)).toThrow('expected at most 256 numbers')
    expect(() => canonicalExpression(Array(128).fill('x').join('+'), 1)).toThrow('written out with spaces it has 637 characters')
  })

  it('finds every function by its name and no other', () => {
    const names = ['abs', 'sin', 'cos', 'exp', 'log', 'sqrt', 'tanh', 'min', 'max', 'step', 'sign', 'relu']
    expect([...functions.keys()].toSorted()).toEqual(names.toSorted())
  })
})
