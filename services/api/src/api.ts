import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Scope } from '@collapsar/sweep'
import type { Logger } from 'pino'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must be allowed to do; null: open to everybody, as health and documentation are. Every route states it. */
    readonly scope?: Scope | null
    /** Acts on the sweep `:id`: for who submitted it, and for `admin`. */
    readonly owned?: boolean
    /** Waits for those before it: refused at once where the line is too long. */
    readonly inLine?: boolean
  }

  /** What OpenAPI says of a route beside its schemas. */
  interface FastifySchema {
    readonly summary?: string
    readonly operationId?: string
  }
}

/** The application, with requests and responses typed by their schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  Logger,
  TypeBoxTypeProvider
>
