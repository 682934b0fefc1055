import Type from 'typebox'
import type { TSchema } from 'typebox'

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

export const NoQuery = Type.Object({}, { ...closed, description: 'no parameters' })

/** The body of an action: none, or an empty object. */
export const NoBody = Type.Union([Type.Null(), Type.Object({}, closed)], { description: 'no body, or {}' })

/** What a client with the current entity tag gets. */
export const NotModified = Type.Null({ description: 'the state is the one of If-None-Match' })
