import { EXPRESSION_LIMITS } from './expression.ts'
import { parseExpression } from './parse-expression.ts'
import { printExpression } from './print-expression.ts'

/**
 * The one text of all the ways to write a formula: what names a cell. It is its own canonical form.
 * @throws RangeError as `parseExpression`, and where the canonical form is longer than an expression may be
 */
export function canonicalExpression(text: string, inputDim: number): string {
  const canonical = printExpression(parseExpression(text, inputDim))
  if (canonical.length > EXPRESSION_LIMITS.length) {
    throw new RangeError(
      `invalid expression: written out with spaces it has ${canonical.length} characters; expected at most ${EXPRESSION_LIMITS.length}`,
    )
  }
  return canonical
}
