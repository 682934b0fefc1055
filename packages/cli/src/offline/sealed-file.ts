import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { CollapsarError } from '@collapsar/sweep'

/**
 * Files of JSON lines in which every line carries the SHA-256 over itself and the seal of the line before. A line that was
 * changed, moved, removed or cut off is found and named; who means to forge one can, which is what audits are for.
 */
export interface SealedLine {
  /** From 1. */
  readonly number: number
  readonly fields: Readonly<Record<string, unknown>>
  readonly seal: string
  /** Bytes of the file up to the end of this line. */
  readonly end: number
}

export const FIRST_SEAL = ''
/** A block's line has about 4 KB, a cell's description 1 KB. */
const MAXIMUM_LINE_BYTES = 1024 * 1024

/** The next line of a file, with its end of line, and its seal. */
export function sealLine(previous: string, fields: Readonly<Record<string, unknown>>): { readonly text: string; readonly seal: string } {
  const seal = sealOf(previous, fields)
  return { text: `${JSON.stringify({ ...fields, seal })}\n`, seal }
}

function sealOf(previous: string, fields: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(`${previous}\n${JSON.stringify(fields)}`).digest('hex')
}

/**
 * The lines of a sealed file, one at a time.
 * @param torn what to do with a last line that has no end: what a machine that went down leaves
 * @throws CollapsarError `invalid-file` naming the file and the line
 */
export async function* readSealed(path: string, torn: 'refuse' | 'skip' = 'refuse'): AsyncGenerator<SealedLine> {
  let previous = FIRST_SEAL
  for await (const { text, number, end, isWhole } of linesOf(path)) {
    if (!isWhole && torn === 'skip') return
    if (!isWhole) throw wrongLine(path, number, 'is cut off')
    const line = parseLine(text)
    if (line === null) throw wrongLine(path, number, 'is not a JSON object with a seal')
    const { seal, ...fields } = line
    if (seal !== sealOf(previous, fields)) throw wrongLine(path, number, 'does not fit its seal: it, or the line before it, was changed')
    yield { number, fields, seal, end }
    previous = seal
  }
}

export function wrongLine(path: string, number: number, detail: string): CollapsarError {
  return new CollapsarError('invalid-file', `${path} line ${number} ${detail}`)
}

function parseLine(text: string): (Record<string, unknown> & { seal: string }) | null {
  try {
    const value: unknown = JSON.parse(text)
    const isSealed = typeof value === 'object' && value !== null && 'seal' in value && typeof value.seal === 'string'
    return isSealed ? (value as Record<string, unknown> & { seal: string }) : null
  } catch {
    return null
  }
}

interface TextLine {
  readonly text: string
  readonly number: number
  readonly end: number
  /** Whether its end of line is there. */
  readonly isWhole: boolean
}

async function* linesOf(path: string): AsyncGenerator<TextLine> {
  let rest: Buffer = Buffer.alloc(0)
  let [number, end] = [0, 0]
  for await (const part of partsOf(path)) {
    rest = Buffer.concat([rest, part])
    for (let stop = rest.indexOf(NEWLINE); stop >= 0; stop = rest.indexOf(NEWLINE)) {
      number += 1
      end += stop + 1
      yield { text: rest.toString('utf8', 0, stop), number, end, isWhole: true }
      rest = rest.subarray(stop + 1)
    }
    if (rest.length > MAXIMUM_LINE_BYTES) throw wrongLine(path, number + 1, `is longer than ${MAXIMUM_LINE_BYTES} bytes`)
  }
  if (rest.length > 0) yield { text: rest.toString('utf8'), number: number + 1, end: end + rest.length, isWhole: false }
}

const NEWLINE = 0x0a

async function* partsOf(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const part of createReadStream(path)) yield part as Buffer
  } catch (cause) {
    if (cause instanceof CollapsarError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CollapsarError('invalid-file', `${path} cannot be read: ${reason}`, { cause })
  }
}
