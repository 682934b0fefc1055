import { canonicalExpression, DEFAULT_TEETH, targetOf } from '@collapsar/trial'
import type { ProblemSpec, TargetKind } from '@collapsar/trial'
import type { Problem } from './errors.ts'
import type { SweepFile } from './sweep-file.ts'
import { show } from './validation.ts'

type ProblemField = NonNullable<SweepFile['problem']>
type Report = (problem: Problem) => void
type TargetFields = Pick<ProblemSpec, 'expression' | 'teeth'>

const DEFAULT_POINTS = 128

/** Fills in the defaults of the section `problem`, and reports the fields that do not go together. */
export function problemOf(problem: ProblemField, report: Report): ProblemSpec {
  const kind = problem.target ?? 'abs'
  const fields = targetFields(kind, problem, report)
  const target = targetOf({ target: kind, inputDim: problem.inputDim ?? 1, ...fields })
  const { inputDim } = target
  const [low, high] = problem.domain ?? target.domain
  const points = problem.points ?? target.points ?? DEFAULT_POINTS
  const sampling = problem.sampling ?? target.sampling
  if (problem.inputDim !== undefined && problem.inputDim !== inputDim) {
    report({
      pointer: '/problem/inputDim',
      detail: `problem.inputDim is ${problem.inputDim}; accepted for the target ${kind}: ${inputDim}`,
    })
  }
  if (low === undefined || high === undefined || low >= high) {
    report({ pointer: '/problem/domain', detail: `problem.domain is ${show([low, high])}; accepted: [low, high] with low < high` })
  }
  reportSampling({ inputDim, sampling, points }, report)
  const { testPoints } = problem
  return {
    target: kind,
    inputDim,
    points,
    sampling,
    domain: [low ?? 0, high ?? 1],
    ...fields,
    ...(testPoints !== undefined && { testPoints }),
  }
}

/** What belongs to one target alone; reported where it stands beside another. */
function targetFields(kind: TargetKind, problem: ProblemField, report: Report): TargetFields {
  for (const [field, only] of [['expression', 'expression'], ['teeth', 'sawtooth']] as const) {
    if (problem[field] === undefined || kind === only) continue
    report({
      pointer: `/problem/${field}`,
      detail: `problem.${field} is ${show(problem[field])} but problem.target is ${kind}; accepted: ${field} with the target ${only} only`,
    })
  }
  if (kind === 'sawtooth') return { teeth: problem.teeth ?? DEFAULT_TEETH }
  return kind === 'expression' ? { expression: expressionOf(problem, report) } : {}
}

/** In its canonical form, so that the cell does not depend on how it is written; a substitute where it was reported. */
function expressionOf({ expression, inputDim = 1 }: ProblemField, report: Report): string {
  const pointer = '/problem/expression'
  if (expression === undefined) {
    report({ pointer, detail: 'problem.expression is missing; accepted with the target expression: a formula, as abs(x1) + 1' })
    return 'x1'
  }
  try {
    return canonicalExpression(expression, inputDim)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    report({ pointer, detail: `problem.expression: ${error.message}` })
    return 'x1'
  }
}

type Layout = Pick<ProblemSpec, 'inputDim' | 'sampling' | 'points'>

function reportSampling({ inputDim, sampling, points }: Layout, report: Report): void {
  if (sampling === 'directions' && inputDim !== 2) {
    report({
      pointer: '/problem/sampling',
      detail: `problem.sampling is directions, which needs 2 inputs; this target has ${inputDim}; accepted: grid, random`,
    })
  }
  const side = Math.round(points ** (1 / inputDim))
  if (sampling === 'grid' && side ** inputDim !== points) {
    const power = inputDim === 2 ? 'a square' : `a power of ${inputDim}`
    report({
      pointer: '/problem/points',
      detail: `problem.points is ${points}; accepted for a grid over ${inputDim} inputs: ${power}, such as ${Math.max(side, 2) ** inputDim}`,
    })
  }
}
