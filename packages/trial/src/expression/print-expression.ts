import type { Expression } from './expression.ts'
import { STRENGTH } from './expression.ts'

/**
 * The canonical text: fewest parentheses, one space around + - * /, numbers as ECMAScript prints them, inputs as x1 ..
 * xd. It is read back as the same expression.
 */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value)
    case 'constant':
      return expression.name
    case 'input':
      return `x${expression.index + 1}`
    case 'negate':
      return `-${printAtLeast(expression.operand, STRENGTH.negate)}`
    case 'power':
      return `${printAtLeast(expression.base, STRENGTH.power + 1)}^${expression.exponent}`
    case 'call':
      return `${expression.name}(${expression.operands.map(printExpression).join(', ')})`
    case 'binary': {
      const { operator, left, right } = expression
      const strength = STRENGTH[operator]
      return `${printAtLeast(left, strength)} ${operator} ${printAtLeast(right, strength + 1)}`
    }
    default:
      return expression satisfies never
  }
}

/** In parentheses if it holds together less strongly than that. */
function printAtLeast(expression: Expression, strength: number): string {
  const text = printExpression(expression)
  return strengthOf(expression) < strength ? `(${text})` : text
}

function strengthOf(expression: Expression): number {
  if (expression.kind === 'binary') return STRENGTH[expression.operator]
  return expression.kind === 'negate' || expression.kind === 'power' ? STRENGTH[expression.kind] : Infinity
}
