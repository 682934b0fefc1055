import type { TSchema, Validator } from '@collapsar/schema'
import { Compile, Settings, Value } from '@collapsar/schema'
import { chooseAlternatives } from './choose-alternatives.ts'
import type { Node } from './choose-alternatives.ts'
import type { Problem } from './errors.ts'
import { tooLongLists } from './list-lengths.ts'

/**
 * Everything that is wrong with `value`, one problem for each place, each naming the value received and what is accepted
 * there (the schema's descriptions).
 */
export function schemaProblems(general: TSchema, value: unknown): Problem[] {
  const schema: TSchema = chooseAlternatives(general, value)
  const tooLong = tooLongLists(schema, value)
  if (tooLong.length > 0) return tooLong.map((pointer) => ({ pointer, detail: unacceptable(schema, pointer, value) }))
  if (isAccepted(general, value)) return []
  // Its default of 8 would hide problems; one list of 1,000 bad values is enough to read.
  Settings.Set({ maxErrors: MAXIMUM_ERRORS })
  const errors = Value.Errors(schema, value)
  const problems: Problem[] = []
  for (const error of errors) {
    if (error.keyword === 'required') {
      for (const name of error.params.requiredProperties) {
        problems.push({ pointer: `${error.instancePath}/${escape(name)}`, detail: missing(schema, error.instancePath, name) })
      }
    } else if (error.keyword === 'additionalProperties') {
      for (const name of error.params.additionalProperties) {
        problems.push({ pointer: `${error.instancePath}/${escape(name)}`, detail: unknownField(schema, error.instancePath, name) })
      }
    } else if (error.keyword !== 'boolean') {
      problems.push({ pointer: error.instancePath, detail: unacceptable(schema, error.instancePath, value) })
    }
  }
  return mostSpecific(problems)
}

const MAXIMUM_ERRORS = 1000

const validators = new WeakMap<TSchema, Validator>()

/** Nearly every value is accepted: code made of the schema tells in a tenth of the time that the list of what is wrong takes. */
function isAccepted(schema: TSchema, value: unknown): boolean {
  const validator = validators.get(schema) ?? Compile(schema)
  validators.set(schema, validator)
  return validator.Check(value)
}

/** One problem for each place, and none for a place that only fails because of something inside it. */
function mostSpecific(problems: readonly Problem[]): Problem[] {
  const first = new Map<string, Problem>()
  for (const problem of problems) if (!first.has(problem.pointer)) first.set(problem.pointer, problem)
  const pointers = [...first.keys()]
  return [...first.values()].filter(
    (problem) => !pointers.some((other) => other.startsWith(`${problem.pointer}/`)),
  )
}

function unacceptable(schema: TSchema, pointer: string, value: unknown): string {
  const received = show(valueAt(value, pointer))
  const accepted = nodesAt(schema, pointer)[0]?.description ?? 'a value of another kind'
  return `${fieldName(pointer)} is ${received}; accepted: ${accepted}`
}

function missing(schema: TSchema, pointer: string, name: string): string {
  const accepted = nodesAt(schema, `${pointer}/${escape(name)}`)[0]?.description ?? 'a value'
  return `${fieldName(`${pointer}/${name}`)} is missing; accepted: ${accepted}`
}

function unknownField(schema: TSchema, pointer: string, name: string): string {
  const known = nodesAt(schema, pointer).flatMap((node) => Object.keys(node.properties ?? {}))
  return `${fieldName(`${pointer}/${name}`)} is not a known field; accepted: ${known.length === 0 ? 'none' : [...new Set(known)].join(', ')}`
}

/** The schema nodes that describe a place; the most general first. */
function nodesAt(schema: Node, pointer: string): Node[] {
  let nodes = withAlternatives(schema)
  for (const key of pointer.split('/').slice(1).map(unescape)) {
    nodes = nodes.flatMap((node) => childNodes(node, key)).flatMap(withAlternatives)
  }
  return nodes
}

function withAlternatives(node: Node): Node[] {
  return [node, ...(node.anyOf ?? []).flatMap(withAlternatives)]
}

function childNodes(node: Node, key: string): Node[] {
  const property = node.properties?.[key]
  if (property !== undefined) return [property]
  if (node.items !== undefined && /^\d+$/.test(key)) return [node.items]
  return Object.values(node.patternProperties ?? {})
}

function valueAt(value: unknown, pointer: string): unknown {
  let current = value
  for (const key of pointer.split('/').slice(1).map(unescape)) {
    current = typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined
  }
  return current
}

/** A JSON pointer in the words of the file: `/grid/depth/0` is `grid.depth[0]`. */
export function fieldName(pointer: string): string {
  const keys = pointer.split('/').slice(1).map(unescape)
  if (keys.length === 0) return 'the document'
  return keys.map((key, index) => (/^\d+$/.test(key) ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')
}

const MAXIMUM_SHOWN = 60

/** A value as a short text for a message. */
export function show(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length <= MAXIMUM_SHOWN ? text : `${text.slice(0, MAXIMUM_SHOWN)}...`
}

function escape(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function unescape(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}
