import { NUMERICS, targets } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'
import { CollapsarError } from './errors.ts'
import { PLAIN_INITIALIZATIONS } from './sweep-file.ts'
import { parseSweep } from './sweep.ts'
import type { GridCell } from './sweep.ts'
import { show } from './validation.ts'

type Scalar = string | number | boolean

/** One thing by which cells are told apart, beside depth and width. */
export interface Setting {
  /** Where it stands in a cell's description. */
  readonly path: readonly string[]
  readonly type: 'text' | 'number' | 'flag'
  /** What a description without it means; absent: such a cell has none. */
  readonly absent?: Scalar
  /** Words that it may be; absent: any text. */
  readonly accepted?: readonly string[]
}

const INITIALIZATIONS = [...PLAIN_INITIALIZATIONS, 'small', 'sawtooth']

/**
 * Every setting that cells can be asked for by, under the dotted name that a sweep file gives it; an initialization or a bias that has
 * a number goes by its kind, and its number by `.std`.
 */
export const SETTINGS = {
  'numerics': { path: ['numerics'], type: 'text', accepted: NUMERICS },
  'seed': { path: ['seed'], type: 'number' },
  'network.activation': {
    path: ['network', 'activation', 'kind'],
    type: 'text',
    accepted: ['relu', 'leaky-relu', 'elu', 'selu', 'gelu', 'tanh'],
  },
  'network.leak': { path: ['network', 'activation', 'leak'], type: 'number' },
  'network.normalization': { path: ['network', 'normalization'], type: 'text', absent: 'none', accepted: ['none', 'batch', 'layer'] },
  'network.init': { path: ['network', 'initialization', 'kind'], type: 'text', accepted: INITIALIZATIONS },
  'network.init.std': { path: ['network', 'initialization', 'std'], type: 'number' },
  'network.initScale': { path: ['network', 'initScale'], type: 'number', absent: 1 },
  'network.bias': { path: ['network', 'bias', 'kind'], type: 'text', accepted: ['zero', 'normal', 'uniform', 'initialization'] },
  'network.bias.std': { path: ['network', 'bias', 'std'], type: 'number' },
  'problem.target': { path: ['problem', 'target'], type: 'text', accepted: [...Object.keys(targets), 'expression'] },
  'problem.expression': { path: ['problem', 'expression'], type: 'text' },
  'problem.teeth': { path: ['problem', 'teeth'], type: 'number' },
  'problem.points': { path: ['problem', 'points'], type: 'number' },
  'problem.testPoints': { path: ['problem', 'testPoints'], type: 'number' },
  'problem.sampling': { path: ['problem', 'sampling'], type: 'text', accepted: ['grid', 'random', 'directions'] },
  'problem.inputDim': { path: ['problem', 'inputDim'], type: 'number' },
  'training.loss': { path: ['training', 'loss'], type: 'text', accepted: ['mse', 'mae', 'huber'] },
  'training.huberDelta': { path: ['training', 'huberDelta'], type: 'number' },
  'training.optimizer.kind': { path: ['training', 'optimizer', 'kind'], type: 'text', accepted: ['sgd', 'adam'] },
  'training.optimizer.learningRate': { path: ['training', 'optimizer', 'learningRate'], type: 'number' },
  'training.optimizer.momentum': { path: ['training', 'optimizer', 'momentum'], type: 'number' },
  'training.batch': { path: ['training', 'batch'], type: 'text' },
  'training.steps': { path: ['training', 'steps'], type: 'number' },
  'training.stopAtDeath': { path: ['training', 'stopAtDeath'], type: 'flag' },
} as const satisfies Readonly<Record<string, Setting>>

export type SettingName = keyof typeof SETTINGS

/** Values by name, as texts: what a query string can say. */
export type SettingTexts = Readonly<Partial<Record<SettingName, string>>>

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[]

/** The settings of a cell; those that it has none of are left out. */
export function settingsOf(spec: TrialSpec): Readonly<Partial<Record<SettingName, Scalar>>> {
  return Object.fromEntries(
    SETTING_NAMES.flatMap((name) => {
      const { path, absent }: Setting = SETTINGS[name]
      const value = path.reduce<unknown>((part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined), spec)
      const known = value ?? absent
      return known === undefined ? [] : [[name, known]]
    }),
  )
}

/** What a cell's description must say at a place: one of these. */
export interface SettingCondition {
  readonly path: readonly string[]
  readonly accepted: readonly Scalar[]
  readonly absent?: Scalar
}

/**
 * Conditions for cells whose settings are among the given ones, several separated by commas (but for an expression, which may hold some).
 * @throws CollapsarError `invalid-request` for a value that the setting cannot have, with its pointer into the query
 */
export function settingConditions(texts: SettingTexts): SettingCondition[] {
  return given(texts).map(([name, text]) => {
    const { path, absent }: Setting = SETTINGS[name]
    const accepted = (name === 'problem.expression' ? [text] : text.split(',')).flatMap((part) => alternatives(name, part.trim()))
    return { path, accepted, ...(absent !== undefined && { absent }) }
  })
}

/** `training.batch` is a word or a number. */
function alternatives(name: SettingName, text: string): Scalar[] {
  return name === 'training.batch' && NUMBER.test(text) ? [Number(text)] : [valueOf(name, text)]
}

const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i

function valueOf(name: SettingName, text: string): Scalar {
  const { type, accepted }: Setting = SETTINGS[name]
  if (type === 'number') return NUMBER.test(text) ? 0 + Number(text) : refuse(name, text, 'a number')
  if (type === 'flag') return text === 'true' || text === 'false' ? text === 'true' : refuse(name, text, 'true or false')
  if (accepted !== undefined && !accepted.includes(text)) refuse(name, text, `one of ${accepted.join(', ')}`)
  return text
}

function refuse(name: string, text: string, accepted: string): never {
  const detail = `${name} is ${show(text)}; accepted: ${accepted}`
  throw new CollapsarError('invalid-request', `${detail}.`, { problems: [{ pointer: `/query/${name}`, detail }] })
}

function given(texts: SettingTexts): [SettingName, string][] {
  return SETTING_NAMES.flatMap((name): [SettingName, string][] => {
    const text = texts[name]
    return text === undefined ? [] : [[name, text]]
  })
}

/**
 * The cells of one setting over a grid; what is not given has the default of a sweep file.
 * @throws CollapsarError `invalid-request` for values that a setting cannot have, or that do not go together
 */
export function settingCells(texts: SettingTexts, grid: { readonly depth: unknown; readonly width: unknown }): readonly GridCell[] {
  const file: Record<string, unknown> = { grid, inits: 1 }
  for (const [name, text] of given(texts)) place(file, name.split('.'), alternatives(name, text)[0])
  try {
    return parseSweep(file).cells
  } catch (cause) {
    if (!(cause instanceof CollapsarError) || cause.code !== 'invalid-spec') throw cause
    const problems = cause.problems.map(({ pointer, detail }) => ({ pointer: `/query/${pointer.slice(1).replaceAll('/', '.')}`, detail }))
    throw new CollapsarError('invalid-request', cause.message, { problems, cause })
  }
}

/** A kind that has a number becomes { kind, std }, as in `network.init` with `network.init.std`. */
function place(file: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path
  if (rest.length === 0) {
    file[key] = value
    return
  }
  const part = file[key]
  const inner: Record<string, unknown> = isRecord(part) ? part : part === undefined ? {} : { kind: part }
  file[key] = inner
  place(inner, rest, value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
