import type { Expression, Operator } from './expression.ts'
import { constants, functions } from './functions.ts'

/** The value at a point, [input coordinate]; NaN or infinite where the formula has none. */
export type Evaluate = (point: ArrayLike<number>) => number

/**
 * A function of the point that evaluates the formula in binary64, operands from left to right, each operation rounded,
 * nothing folded or reordered: the same bits on every machine.
 */
export function compileExpression(expression: Expression): Evaluate {
  switch (expression.kind) {
    case 'number':
      return constantly(expression.value)
    case 'constant':
      return constantly(constants.get(expression.name) ?? NaN)
    case 'input': {
      const { index } = expression
      return (point) => point[index] ?? NaN
    }
    case 'negate': {
      const operand = compileExpression(expression.operand)
      return (point) => -operand(point)
    }
    case 'power':
      return compilePower(compileExpression(expression.base), expression.exponent)
    case 'call':
      return compileCall(expression.name, expression.operands.map(compileExpression))
    case 'binary':
      return compileBinary(expression.operator, compileExpression(expression.left), compileExpression(expression.right))
    default:
      return expression satisfies never
  }
}

function constantly(value: number): Evaluate {
  return () => value
}

function compileBinary(operator: Operator, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    case '+':
      return (point) => left(point) + right(point)
    case '-':
      return (point) => left(point) - right(point)
    case '*':
      return (point) => left(point) * right(point)
    case '/':
      return (point) => left(point) / right(point)
    default:
      return operator satisfies never
  }
}

/** ((b b) b) b ..., and its reciprocal for a negative exponent: `**` may differ between machines. */
function compilePower(base: Evaluate, exponent: number): Evaluate {
  return (point) => {
    const factor = base(point)
    let product = 1
    for (let i = 0; i < Math.abs(exponent); i++) product *= factor
    return exponent < 0 ? 1 / product : product
  }
}

function compileCall(name: string, operands: readonly Evaluate[]): Evaluate {
  const callable = functions.get(name)
  const [first, second] = operands
  if (callable === undefined || first === undefined) throw new RangeError(`invalid function ${name}`)
  if (callable.arity === 1) return (point) => callable.evaluate(first(point))
  if (second === undefined) throw new RangeError(`invalid call of ${name} with one number: expected two`)
  return (point) => callable.evaluate(first(point), second(point))
}
