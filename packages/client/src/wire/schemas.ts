import type { TSchema } from '@collapsar/schema'
import { Type } from '@collapsar/schema'

/**
 * What the schemas of this folder are made of. Every request and response of the HTTP interface is JSON Schema (2020-12) and type
 * in one. Requests are closed: an unknown field is an error. Responses are open: a client must tolerate fields that a later
 * server adds. Numbers that may not exist are unions with null, because JSON has no NaN.
 */
export const closed = { additionalProperties: false }

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()])
}

export function oneOf<const T extends readonly string[]>(values: T, description: string) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: values, description })
}

export const count = (description: string) => Type.Integer({ minimum: 0, description })
export const instant = (description: string) => Type.String({ description: `${description}, RFC 3339 in UTC` })
/** A probability that was estimated; null without trials. */
export const share = () => nullable(Type.Number({ minimum: 0, maximum: 1 }))
export const flag = (meaning: string) => Type.Optional(oneOf(['true', 'false'], `${meaning}: true or false (default false)`))

/** Of a text in a query: Postgres cannot store U+0000, and control characters name nothing. */
const PRINTABLE = '^[^\\u0000-\\u001f\\u007f]*$'
export const words = (maxLength: number, meaning: string) =>
  Type.String({ maxLength, pattern: PRINTABLE, description: `${meaning}: at most ${maxLength} characters without control characters` })

/** Where a page goes on; only who made it knows what it says. */
export const Cursor = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,300}$',
  description: 'the `next` of the page before, as in its header Link, with the other parameters as they were',
})
export const next = nullable(Type.String({ description: 'the cursor of the next page' }))

export const limit = (maximum: number, usual: number) =>
  Type.String({ pattern: '^[1-9][0-9]{0,5}$', description: `an integer from 1 to ${maximum} (default ${usual})` })

export const probability = (meaning: string) =>
  Type.String({ pattern: '^(0?\\.[0-9]{1,17}|[1-9](\\.[0-9]{1,17})?e-[0-9]{1,2})$', description: `${meaning}: a number above 0 and below 1` })

export const probabilities = (meaning: string) =>
  Type.String({ maxLength: 200, pattern: '^[0-9.,e-]+$', description: `${meaning}: numbers above 0 and below 1, separated by commas` })

export const NoQuery = Type.Object({}, { ...closed, description: 'no parameters' })

/** The body of an action: none, or an empty object. */
export const NoBody = Type.Union([Type.Null(), Type.Object({}, closed)], { description: 'no body, or {}' })

/** What a client with the current entity tag gets. */
export const NotModified = Type.Null({ description: 'the state is the one of If-None-Match' })
