/** Binary operators of one strength associate to the left. */
export type Operator = '+' | '-' | '*' | '/'

/** A formula in the inputs of a network. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'constant'; readonly name: string }
  /** x1 is index 0. */
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  /** The exponent is an integer within +-64. */
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: number }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Expression[] }

/** What is refused before it can cost time or the stack: all work on an expression is linear in its nodes. */
export const EXPRESSION_LIMITS = {
  /** Characters, as written and in canonical form. */
  length: 512,
  nodes: 256,
  /** Parentheses, calls and signs around one another. */
  depth: 32,
  exponent: 64,
} as const

/** How strongly an operator holds its operands; unary minus holds less than a power: -x^2 is -(x^2). */
export const STRENGTH: Readonly<Record<Operator | 'negate' | 'power', number>> = {
  '+': 1,
  '-': 1,
  '*': 2,
  '/': 2,
  'negate': 3,
  'power': 4,
}
