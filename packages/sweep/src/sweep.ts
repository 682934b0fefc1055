import { networkShape, NUMERICS, parameterCount, storedIn, targetScale, testPoints, trainingPoints } from '@collapsar/trial'
import type { MeasurementName, TrialSpec } from '@collapsar/trial'
import { BLOCK_TRIALS } from './block.ts'
import { cellTemplate } from './cell-spec.ts'
import type { CellTemplate } from './cell-spec.ts'
import type { EngineKind } from './chunk.ts'
import { ENGINE_KINDS, engineKinds, MOST_PARAMETERS } from './engine-kinds.ts'
import { CollapsarError } from './errors.ts'
import type { Problem } from './errors.ts'
import { cellId } from './identity.ts'
import { measureProblems } from './measure-problems.ts'
import type { SweepSize } from './quotas.ts'
import { firstGoal } from './rounds.ts'
import { LIMITS, SweepFile, untilOf } from './sweep-file.ts'
import type { GridAxis } from './sweep-file.ts'
import { schemaProblems, show } from './validation.ts'

/** One cell of a sweep's grid. */
export interface GridCell {
  readonly cell: string
  readonly spec: TrialSpec
  /** Trials asked for: all of them, or those of the first round. */
  readonly inits: number
  /** The values of `axes` at this cell, by dotted name; empty without axes. */
  readonly axes: Readonly<Record<string, unknown>>
}

/** A sweep file with its defaults filled in and its grid laid out: axes outermost, then width, then depth. */
export interface Sweep {
  readonly name: string
  readonly engine: EngineKind | 'auto'
  /** Whether further rounds follow the trials that cells ask for at first (`until`). */
  readonly adaptive: boolean
  readonly cells: readonly GridCell[]
  /** What is measured of every trial beside its base record; not part of any cell. */
  readonly measure: readonly MeasurementName[]
  /** Labels to find it by. */
  readonly tags: readonly string[]
  /** From -10 to 10. */
  readonly priority: number
  /** The file as it was given. */
  readonly source: unknown
}

/** Blocks that hold the trials [0, inits). */
export function blocksFor(inits: number): number {
  return Math.ceil(inits / BLOCK_TRIALS)
}

/**
 * Reads a sweep file that was parsed from YAML or JSON.
 * @param admit may refuse the sweep for its size, before its grid is laid out
 * @throws CollapsarError `invalid-spec` with every problem at once, each with its JSON pointer.
 */
export function parseSweep(source: unknown, admit: (size: SweepSize) => void = () => {}): Sweep {
  refuseIf([...schemaProblems(SweepFile, source), ...goalProblems(source)])
  const file = source as SweepFile
  const variants = axisVariants(file)
  refuseIf(cellCountProblems(file, variants.length))
  admit(sizeOf(file, variants.length))
  const labelled = variants.length > 1 || file.axes !== undefined
  const checkPoints = pointChecker()
  const cells = variants.flatMap((variant) => variantCells(variant, { labelled, checkPoints }))
  refuseIf(repeatedCells(cells))
  const { engine = 'auto', measure = [], name = '', priority = 0, tags = [], until } = file
  refuseIf(measureProblems(measure, cells))
  return { name, engine, adaptive: until !== undefined, cells, measure, tags, priority, source }
}

/** Two spellings of one setting, of a formula for instance, would be counted twice. */
function repeatedCells(cells: readonly GridCell[]): Problem[] {
  const first = new Map<string, GridCell>()
  for (const cell of cells) {
    const known = first.get(cell.cell)
    if (known !== undefined) {
      const detail = `axes make one cell twice: ${JSON.stringify(known.axes)} and ${JSON.stringify(cell.axes)} are the same setting; accepted: values that differ`
      return [{ pointer: '/axes', detail }]
    }
    first.set(cell.cell, cell)
  }
  return []
}

/** A sweep has one goal: a number of trials, or levels to decide. */
function goalProblems(source: unknown): Problem[] {
  if (typeof source !== 'object' || source === null) return []
  const given = ['inits', 'until'].filter((name) => name in source)
  if (given.length === 1) return []
  if (given.length === 0) {
    return [{ pointer: '/inits', detail: 'inits is missing; accepted: the trials of every cell, an integer of at least 1, or in its place until' }]
  }
  return [{ pointer: '/until', detail: 'until stands beside inits; accepted: one of the two' }]
}

function refuseIf(problems: readonly Problem[]): void {
  if (problems.length === 0) return
  const sentences = problems.map((problem) => problem.detail)
  throw new CollapsarError('invalid-spec', `The sweep is not valid: ${sentences.join('; ')}.`, { problems })
}

interface Variant {
  readonly file: SweepFile
  readonly axes: Readonly<Record<string, unknown>>
}

/** The files that result from setting each combination of the values in `axes`; the last axis varies fastest. */
function axisVariants(file: SweepFile): Variant[] {
  const { axes, ...plain } = file
  const entries = Object.entries(axes ?? {})
  const count = entries.reduce((product, [, values]) => product * values.length, 1)
  refuseIf(
    count <= LIMITS.cells
      ? []
      : [{ pointer: '/axes', detail: `axes make ${count} combinations; accepted: at most ${LIMITS.cells}` }],
  )
  let variants: Variant[] = [{ file: plain, axes: {} }]
  for (const [name, values] of entries) {
    const distinct = [...new Map(values.map((value) => [JSON.stringify(value) ?? '', value])).values()]
    variants = variants.flatMap((variant) => distinct.map((value) => setField(variant, name, value)))
  }
  refuseIf(entries.length === 0 ? [] : variantProblems(variants))
  return variants
}

/** What is wrong with several variants alike is said once, of the first of them. */
function variantProblems(variants: readonly Variant[]): Problem[] {
  const known = new Map<string, Problem>()
  for (const variant of variants) {
    for (const problem of schemaProblems(SweepFile, variant.file)) {
      if (!known.has(problem.detail)) known.set(problem.detail, atVariant(problem, variant))
    }
  }
  return [...known.values()]
}

const SWEPT_SECTIONS = ['network', 'problem', 'training', 'precision', 'numerics', 'seed']

function setField(variant: Variant, name: string, value: unknown): Variant {
  const path = name.split('.')
  if (!SWEPT_SECTIONS.includes(path[0] ?? '') || path.some((key) => !/^[A-Za-z]+$/.test(key))) {
    refuseIf([
      {
        pointer: `/axes/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        detail: `axes names ${show(name)}; accepted: a dotted name below ${SWEPT_SECTIONS.join(', ')}`,
      },
    ])
  }
  return {
    file: withField(variant.file, path, value) as SweepFile,
    axes: { ...variant.axes, [name]: value },
  }
}

function withField(node: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const members = typeof node === 'object' && node !== null ? new Map(Object.entries(node)) : new Map<string, unknown>()
  return Object.fromEntries(members.set(key, withField(members.get(key), rest, value)))
}

function cellCountProblems(file: SweepFile, variants: number): Problem[] {
  const cells = axisLength(file.grid.depth) * axisLength(file.grid.width) * variants
  if (cells <= LIMITS.cells && cells > 0) return []
  return [{ pointer: '/grid', detail: `grid makes ${cells} cells; accepted: 1 to ${LIMITS.cells}` }]
}

function axisLength(axis: GridAxis): number {
  if (typeof axis === 'number') return 1
  if (Array.isArray(axis)) return axis.length
  return Math.max(0, Math.floor((axis.to - axis.from) / (axis.step ?? 1)) + 1)
}

function sizeOf({ grid, inits = 0, ...file }: SweepFile, variants: number): SweepSize {
  const cells = BigInt(axisValues(grid.depth).length) * BigInt(axisValues(grid.width).length) * BigInt(variants)
  return { cells, trials: cells * BigInt(untilOf(file)?.maxInits ?? inits) }
}

/** The distinct values of an axis, ascending. */
function axisValues(axis: GridAxis): number[] {
  if (typeof axis === 'number') return [axis]
  const values = Array.isArray(axis)
    ? axis
    : Array.from({ length: axisLength(axis) }, (_, index) => axis.from + index * (axis.step ?? 1))
  return [...new Set(values)].toSorted((a, b) => a - b)
}

interface Layout {
  /** Whether messages say at which values of the axes. */
  readonly labelled: boolean
  readonly checkPoints: PointCheck
}

function variantCells(variant: Variant, { labelled, checkPoints }: Layout): GridCell[] {
  const problems: Problem[] = []
  const template = cellTemplate(variant.file, (problem) => problems.push(problem))
  problems.push(...engineProblems(variant.file.engine ?? 'auto', template))
  if (problems.length === 0) problems.push(...checkPoints(template))
  refuseIf(labelled ? problems.map((problem) => atVariant(problem, variant)) : problems)
  const { grid } = variant.file
  refuseIf(largestProblems(grid, template))
  const until = untilOf(variant.file)
  const inits = until === null ? (variant.file.inits ?? 0) : firstGoal(until)
  return axisValues(grid.width).flatMap((width) =>
    axisValues(grid.depth).map((depth) => {
      const spec: TrialSpec = { ...template, depth, width }
      return { cell: cellId(spec), spec, inits, axes: variant.axes }
    }),
  )
}

function atVariant(problem: Problem, variant: Variant): Problem {
  const values = Object.entries(variant.axes).map(([name, value]) => `${name} = ${show(value)}`)
  return { ...problem, detail: `${problem.detail} (at ${values.join(', ')})` }
}

/** A sweep that no engine could train is refused before anything waits for one. */
function engineProblems(engine: EngineKind | 'auto', { numerics }: CellTemplate): Problem[] {
  if (engineKinds(engine, numerics).length > 0) return []
  const able = ['auto', ...ENGINE_KINDS.filter((kind) => engineKinds(kind, numerics).length > 0)]
  const offered = NUMERICS.filter((other) => engineKinds(engine, other).length > 0)
  const accepted = `with it: ${able.join(', ')}; with ${engine}: numerics ${offered.join(', ')}`
  return [{ pointer: '/engine', detail: `engine is ${engine}, which does not offer ${numerics}; accepted ${accepted}` }]
}

/** Networks that no engine of the numerics takes. */
function largestProblems(grid: SweepFile['grid'], template: CellTemplate): Problem[] {
  const most = MOST_PARAMETERS[template.numerics]
  const [depth = 2, width = 1] = [axisValues(grid.depth).at(-1), axisValues(grid.width).at(-1)]
  const parameters = parameterCount(networkShape({ ...template, depth, width }))
  if (most === undefined || parameters <= most) return []
  const detail = `grid has a network of ${parameters} parameters, at depth ${depth} and width ${width}; accepted with ${template.numerics}: at most ${most}`
  return [{ pointer: '/grid', detail }]
}

type PointCheck = (template: CellTemplate) => readonly Problem[]

/** Checks each distinct training set once, and refuses before so many are built that a service stands still. */
function pointChecker(): PointCheck {
  const known = new Map<string, readonly Problem[]>()
  let points = 0
  return (template) => {
    const { problem, seed } = template
    const { testPoints: tested = 0 } = problem
    const key = JSON.stringify([problem, template.numerics, template.training.loss, problem.sampling === 'random' || tested > 0 ? seed : null])
    const before = known.get(key)
    if (before !== undefined) return before
    points += problem.points + tested
    const problems = points <= LIMITS.trainingPoints ? pointProblems(template) : [tooManyPoints]
    known.set(key, problems)
    return problems
  }
}

const tooManyPoints: Problem = {
  pointer: '/axes',
  detail: `axes make sets of over ${LIMITS.trainingPoints} points in all; accepted: up to that many`,
}

/**
 * Building the points once shows whether the target is finite on them, to be learned not constant, and whether the arithmetic of the
 * cell can tell: else every network would diverge, or collapse would be the optimum.
 */
function pointProblems({ numerics, problem, seed, training }: CellTemplate): Problem[] {
  try {
    const points = trainingPoints(problem, seed)
    testPoints(problem, seed)
    const stored = points.targets.map(storedIn(numerics))
    const lost = stored.findIndex((value) => !Number.isFinite(value))
    if (lost >= 0) return [{ pointer: '/problem', detail: `the target is ${points.targets[lost]} at a training point, which ${numerics} cannot store; accepted: targets that are finite there` }]
    const constant = Math.fround(targetScale({ ...points, targets: stored }, training).bestConstantLoss)
    if (numerics === 'ieee-f64/1' || (constant > 0 && constant < Infinity)) return []
    const detail = `the loss of the best constant is ${constant === 0 ? 'below' : 'above'} what binary32 holds; accepted: targets of another scale, or precision float64`
    return [{ pointer: '/problem', detail }]
  } catch (error) {
    if (error instanceof RangeError) return [{ pointer: '/problem', detail: error.message }]
    throw error
  }
}
