import { CollapsarError } from '@collapsar/sweep'

/** Levels of arrays and objects; a sweep file needs 5. */
const MAXIMUM_DEPTH = 32
/** Names that mean something to JavaScript objects. No document of ours has such a field. */
const FORBIDDEN_KEYS = ['__proto__', 'constructor', 'prototype']

/**
 * JSON as RFC 8259 and I-JSON (RFC 7493) want it, more strictly than `JSON.parse`: valid UTF-8 without byte order mark, no key twice
 * in an object, bounded depth, no number that overflows to infinity, no text that Postgres cannot store.
 * @throws CollapsarError `invalid-request`
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  refuseStructure(text)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CollapsarError('invalid-request', `The body is not JSON: ${cause instanceof Error ? cause.message : ''}.`, { cause })
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (text.startsWith('\uFEFF')) throw invalid('The body begins with a byte order mark; accepted: UTF-8 without one.')
    return text
  } catch (cause) {
    if (cause instanceof CollapsarError) throw cause
    throw new CollapsarError('invalid-request', 'The body is not UTF-8.', { cause })
  }
}

/** A string, a bracket or comma, or a number: all that matters for structure. Linear: the alternatives exclude each other. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],]|-?\d[\d.eE+-]*/gs

/** Walks the brackets and keys before anything is built. Text that is not JSON at all is left to `JSON.parse`. */
function refuseStructure(text: string): void {
  /** Keys seen in each open object; null for an array. */
  const open: (Set<string> | null)[] = []
  let keyExpected = false
  for (const { 0: token } of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : null)
      if (open.length > MAXIMUM_DEPTH) throw invalid(`The body is nested too deeply; accepted: up to ${MAXIMUM_DEPTH} levels.`)
      keyExpected = token === '{'
    } else if (token === '}' || token === ']') {
      open.pop()
      keyExpected = false
    } else if (token === ',') {
      keyExpected = open.at(-1) instanceof Set
    } else if (token.startsWith('"')) {
      refuseCharacters(token)
      if (keyExpected) addKey(open.at(-1) ?? null, token)
      keyExpected = false
    } else if (!Number.isFinite(Number(token))) {
      refuseNumber(token)
    }
  }
}

function addKey(keys: Set<string> | null, token: string): void {
  const key = unquoted(token)
  if (key === null || keys === null) return
  if (FORBIDDEN_KEYS.includes(key)) throw invalid(`The body has the key ${token}, which no document has.`)
  if (keys.has(key)) throw invalid(`The body has the key ${shortened(token)} twice in one object.`)
  keys.add(key)
}

/** U+0000 and unpaired surrogates, which can only be written as escapes: `decodeUtf8` and `JSON.parse` refuse the bytes. */
function refuseCharacters(token: string): void {
  if (token.includes('\\u') && /\0|\p{Surrogate}/u.test(unquoted(token) ?? '')) {
    throw invalid(`The body has the text ${shortened(token)}; accepted: Unicode text without U+0000.`)
  }
}

/** null when the string is not JSON. */
function unquoted(token: string): string | null {
  try {
    return String(JSON.parse(token))
  } catch {
    return null
  }
}

function refuseNumber(token: string): void {
  if (Number.isNaN(Number(token))) return
  throw invalid(`The body has the number ${shortened(token)}; accepted: numbers of binary64.`)
}

const SHOWN = 40

function shortened(token: string): string {
  return token.length <= SHOWN ? token : `${token.slice(0, SHOWN)}...`
}

function invalid(message: string): CollapsarError {
  return new CollapsarError('invalid-request', message)
}
