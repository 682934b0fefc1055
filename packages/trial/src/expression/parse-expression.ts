import type { Expression, Operator } from './expression.ts'
import { EXPRESSION_LIMITS, STRENGTH } from './expression.ts'
import { constants, functions } from './functions.ts'
import { tokenize } from './tokenize.ts'
import type { Token } from './tokenize.ts'

/**
 * Reads a formula: numbers, the inputs x1 .. xd (x where there is one), the constants pi and e, + - * / ^, unary minus,
 * parentheses, and the functions of functions.ts. ^ takes an integer and binds strongest, then unary minus, then * and /.
 * @throws RangeError that names the character and what was expected there, or the limit that was passed
 */
export function parseExpression(text: string, inputDim: number): Expression {
  if (text.length > EXPRESSION_LIMITS.length) {
    throw new RangeError(`invalid expression of ${text.length} characters: expected at most ${EXPRESSION_LIMITS.length}`)
  }
  const parser: Parser = { text, tokens: tokenize(text), inputDim, next: 0, nodes: 0, depth: 0 }
  const expression = parseOperators(parser, 1)
  if (peek(parser).kind !== 'end') fail(parser, 'an operator or the end')
  return expression
}

interface Parser {
  readonly text: string
  readonly tokens: readonly Token[]
  readonly inputDim: number
  next: number
  nodes: number
  depth: number
}

function peek({ tokens, next }: Parser): Token {
  return tokens[next] ?? { kind: 'end', text: '', position: 0 }
}

/** Whether the next token is this symbol; then it is taken. */
function take(parser: Parser, symbol: string): boolean {
  const { kind, text } = peek(parser)
  const found = kind === 'symbol' && text === symbol
  if (found) parser.next += 1
  return found
}

/** @throws RangeError that points at the next token and says what should stand there */
function fail(parser: Parser, expected: string): never {
  const { kind, text, position } = peek(parser)
  const found = kind === 'end' ? 'the end' : JSON.stringify(text)
  throw new RangeError(
    `invalid expression ${JSON.stringify(parser.text)} at character ${position + 1}, ${found}: expected ${expected}`,
  )
}

/** Counts a node of the expression. */
function node(parser: Parser, expression: Expression): Expression {
  parser.nodes += 1
  if (parser.nodes > EXPRESSION_LIMITS.nodes) {
    throw new RangeError(`invalid expression: expected at most ${EXPRESSION_LIMITS.nodes} numbers, inputs, operators and calls`)
  }
  return expression
}

/** Reads what stands inside parentheses, a call or behind a sign: the only way in which the parser calls itself. */
function nested<T>(parser: Parser, read: () => T): T {
  parser.depth += 1
  if (parser.depth > EXPRESSION_LIMITS.depth) {
    fail(parser, `at most ${EXPRESSION_LIMITS.depth} parentheses, calls and signs around one another`)
  }
  const result = read()
  parser.depth -= 1
  return result
}

/** Operators of at least this strength, from left to right (precedence climbing; there are two strengths). */
function parseOperators(parser: Parser, strength: number): Expression {
  let left = parseSigned(parser)
  for (;;) {
    const operator = operatorOf(peek(parser))
    if (operator === null || STRENGTH[operator] < strength) return left
    parser.next += 1
    const right = parseOperators(parser, STRENGTH[operator] + 1)
    left = node(parser, { kind: 'binary', operator, left, right })
  }
}

function operatorOf({ kind, text }: Token): Operator | null {
  return kind === 'symbol' && (text === '+' || text === '-' || text === '*' || text === '/') ? text : null
}

function parseSigned(parser: Parser): Expression {
  if (!take(parser, '-')) return parsePower(parser)
  const operand = nested(parser, () => parseSigned(parser))
  return node(parser, { kind: 'negate', operand })
}

function parsePower(parser: Parser): Expression {
  const base = parseOperand(parser)
  if (!take(parser, '^')) return base
  const exponent = parseExponent(parser)
  if (peek(parser).text === '^') fail(parser, 'parentheses that say which of two powers is taken first')
  return node(parser, { kind: 'power', base, exponent })
}

/** An integer, in parentheses or not. */
function parseExponent(parser: Parser): number {
  const inParentheses = take(parser, '(')
  const negative = take(parser, '-')
  const token = peek(parser)
  const value = token.kind === 'number' ? Number(token.text) : NaN
  if (!Number.isInteger(value) || value > EXPRESSION_LIMITS.exponent) {
    fail(parser, `an integer from -${EXPRESSION_LIMITS.exponent} to ${EXPRESSION_LIMITS.exponent}`)
  }
  parser.next += 1
  if (inParentheses && !take(parser, ')')) fail(parser, '")"')
  return negative && value > 0 ? -value : value
}

function parseOperand(parser: Parser): Expression {
  const token = peek(parser)
  if (take(parser, '(')) {
    const inner = nested(parser, () => parseOperators(parser, 1))
    if (!take(parser, ')')) fail(parser, 'an operator or ")"')
    return inner
  }
  if (token.kind === 'number') return parseNumber(parser, token)
  if (token.kind === 'name') return parseName(parser, token)
  return fail(parser, `a number, ${inputNames(parser)}, a function or "("`)
}

function parseNumber(parser: Parser, token: Token): Expression {
  const value = Number(token.text)
  if (!Number.isFinite(value)) fail(parser, 'a number of at most 1.8e308')
  parser.next += 1
  return node(parser, { kind: 'number', value })
}

function parseName(parser: Parser, token: Token): Expression {
  const callable = functions.get(token.text)
  if (callable !== undefined) {
    parser.next += 1
    return parseCall(parser, token.text, callable.arity)
  }
  const index = inputIndex(token.text, parser.inputDim)
  const isKnown = index !== null || constants.has(token.text)
  if (!isKnown) fail(parser, `${inputNames(parser)}, ${[...constants.keys()].join(', ')} or one of ${[...functions.keys()].join(', ')}`)
  parser.next += 1
  return node(parser, index === null ? { kind: 'constant', name: token.text } : { kind: 'input', index })
}

function parseCall(parser: Parser, name: string, arity: number): Expression {
  if (!take(parser, '(')) fail(parser, `"(" behind ${name}`)
  const operands = nested(parser, () => {
    const read = [parseOperators(parser, 1)]
    while (read.length < arity) {
      if (!take(parser, ',')) fail(parser, `an operator or "," because ${name} takes ${arity} numbers`)
      read.push(parseOperators(parser, 1))
    }
    return read
  })
  if (!take(parser, ')')) fail(parser, 'an operator or ")"')
  return node(parser, { kind: 'call', name, operands })
}

function inputIndex(name: string, inputDim: number): number | null {
  if (name === 'x' && inputDim === 1) return 0
  const number = /^x[1-9]\d?$/.test(name) ? Number(name.slice(1)) : 0
  return number >= 1 && number <= inputDim ? number - 1 : null
}

function inputNames({ inputDim }: Parser): string {
  return inputDim === 1 ? 'x1' : `x1 to x${inputDim}`
}
