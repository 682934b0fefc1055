import { compileExpression } from '../expression/compile-expression.ts'
import { parseExpression } from '../expression/parse-expression.ts'
import { UNIT_VARIANCE_DOMAIN } from './target.ts'
import type { TargetFunction } from './target.ts'

/**
 * The value of a formula in x1 .. xd. Several inputs are sampled at random unless said: few numbers of points make a grid
 * in many dimensions.
 * @throws RangeError that says where the formula is wrong
 */
export function expressionTarget(expression: string, inputDim: number): TargetFunction {
  const value = compileExpression(parseExpression(expression, inputDim))
  return {
    inputDim,
    outputDim: 1,
    domain: UNIT_VARIANCE_DOMAIN,
    sampling: inputDim === 1 ? 'grid' : 'random',
    evaluate: (point, into) => {
      into[0] = value(point)
    },
  }
}
