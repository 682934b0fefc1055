import type { CellPosition, SweepPosition } from '@collapsar/store'
import { CollapsarError, show } from '@collapsar/sweep'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Where a page ended, in a form that nobody should read: its kind, and what the store needs to go on. */
function encode(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** Anybody may send anything: what is not exactly as `encode` makes it is refused. */
function decode(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(parts)) return parts
  } catch {
    // refused with the rest
  }
  throw badCursor(cursor)
}

function badCursor(cursor: string): CollapsarError {
  const detail = `cursor is ${show(cursor)}; accepted: the \`next\` of an earlier page of the same list`
  return new CollapsarError('invalid-request', `${detail}.`, { problems: [{ pointer: '/query/cursor', detail }] })
}

export function cellCursor({ depth, width, key }: CellPosition): string {
  return encode(['cells', depth, width, key])
}

/** Of Postgres' integers. */
const MAXIMUM_INTEGER = 2 ** 31 - 1

/** @throws CollapsarError `invalid-request` */
export function cellPosition(cursor: string | undefined): CellPosition | null {
  if (cursor === undefined) return null
  const [kind, ...numbers] = decode(cursor)
  const [depth, width, key] = numbers.filter(isPositiveInteger)
  if (kind !== 'cells' || numbers.length !== 3 || depth === undefined || width === undefined || key === undefined) throw badCursor(cursor)
  return { depth, width, key }
}

function isPositiveInteger(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= MAXIMUM_INTEGER
}

export function sweepCursor({ createdAt, id }: SweepPosition): string {
  return encode(['sweeps', createdAt, id])
}

/** @throws CollapsarError `invalid-request` */
export function sweepPosition(cursor: string | undefined): SweepPosition | null {
  if (cursor === undefined) return null
  const [kind, createdAt, id, ...more] = decode(cursor)
  const fits = kind === 'sweeps' && more.length === 0 && typeof createdAt === 'string' && typeof id === 'string'
  // microseconds: 16 digits last until the year 2286
  if (!fits || !/^\d{1,16}$/.test(createdAt) || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw badCursor(cursor)
  return { createdAt, id }
}

/** The header that leads to the next page (RFC 8288): the same address with other parameters. */
export function linkNext(request: FastifyRequest, reply: FastifyReply, parameters: Readonly<Record<string, string>>): void {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  for (const [name, value] of Object.entries(parameters)) searchParams.set(name, value)
  reply.header('link', `<${pathname}?${searchParams.toString()}>; rel="next"`)
}
