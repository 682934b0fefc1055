import { readFile, stat } from 'node:fs/promises'
import { CollapsarError, parseSweep, show } from '@collapsar/sweep'
import type { Sweep } from '@collapsar/sweep'
import { parse } from 'yaml'

const MAXIMUM_BYTES = 64 * 1024 * 1024

/**
 * Reads a file of at most 64 MiB.
 * @throws CollapsarError `invalid-file` naming the path and what is wrong with it.
 */
export async function readInput(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MAXIMUM_BYTES) {
      throw new CollapsarError('invalid-file', `${path} has ${size} bytes; accepted: at most ${MAXIMUM_BYTES}`)
    }
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (cause) {
    if (cause instanceof CollapsarError) throw cause
    throw new CollapsarError('invalid-file', `${path} cannot be read: ${reason(cause)}`, { cause })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
}

function reason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause))
}

/** @throws CollapsarError `invalid-file` with the line and column of the first error. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readInput(path)
  return requireShallow(path, parsedJson(path, text))
}

function parsedJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CollapsarError('invalid-file', `${path} is not JSON: ${reason(cause)}`, { cause })
  }
}

/** Levels of lists and mappings; a sweep file needs 5, a network 4. */
const MAXIMUM_DEPTH = 32

/** What is nested deeper, and an alias of YAML that stands inside of what it names, would overflow whatever walks it. */
function requireShallow(path: string, value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === MAXIMUM_DEPTH) {
    throw new CollapsarError('invalid-file', `${path} is nested too deeply, or in itself; accepted: up to ${MAXIMUM_DEPTH} levels`)
  }
  for (const member of Object.values(value)) requireShallow(path, member, depth + 1)
  return value
}

/** What the command line may change of a sweep file. */
export interface SweepOverrides {
  readonly inits: number | null
  readonly engine: string | null
}

/** The fields of a sweep file in YAML or JSON, not checked yet. */
export async function readSource(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readInput(path)
  const source = requireShallow(path, path.endsWith('.json') ? parsedJson(path, text) : parseYaml(path, text))
  if (typeof source === 'object' && source !== null && !Array.isArray(source)) return source as Record<string, unknown>
  throw new CollapsarError('invalid-file', `${path} holds ${show(source)}; accepted: a sweep with at least grid, and inits or until`)
}

/** Reads a sweep file; flags win over its fields. */
export async function readSweep(path: string, overrides: SweepOverrides): Promise<Sweep> {
  const { until, ...plain } = await readSource(path)
  return parseSweep({
    ...plain,
    ...(overrides.inits !== null ? { inits: overrides.inits } : until !== undefined && { until }),
    ...(overrides.engine !== null && { engine: overrides.engine }),
  })
}

function parseYaml(path: string, text: string): unknown {
  try {
    return parse(text, { strict: true, uniqueKeys: true })
  } catch (cause) {
    const [detail] = reason(cause).split('\n')
    throw new CollapsarError('invalid-file', `${path} is not YAML: ${detail?.replace(/:$/, '')}`, { cause })
  }
}
