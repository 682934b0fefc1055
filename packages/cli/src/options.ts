export interface OptionDefinition {
  readonly type: 'string' | 'boolean'
  /** What the help calls the value, as in `--depth D`; null for a flag. */
  readonly value: string | null
  readonly description: string
}

/** Parsed options with checks that name the value received and what is accepted. */
export interface Options {
  flag(name: string): boolean
  text(name: string): string | null
  /** @throws CollapsarError `usage` unless the value is an integer from `minimum` to `maximum`. */
  integer(name: string, minimum: number, maximum: number): number | null
  required(name: string, minimum: number, maximum: number): number
  /** @throws CollapsarError `usage` unless the value is a number above 0 and below 1. */
  probability(name: string): number | null
  /** @throws CollapsarError `usage`: the command cannot do without the option. */
  missing(name: string): never
  oneOf<const T extends string>(name: string, accepted: readonly T[]): T | null
}

export const JSON_OPTION: OptionDefinition = { type: 'boolean', value: null, description: 'print one JSON document' }
