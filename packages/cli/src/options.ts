export interface OptionDefinition {
  readonly type: 'string' | 'boolean'
  /** What the help calls the value, as in `--depth D`; null for a flag. */
  readonly value: string | null
  readonly description: string
  /** Whether it may be given several times. */
  readonly multiple?: boolean
}

/** Parsed options with checks that name the value received and what is accepted. */
export interface Options {
  flag(name: string): boolean
  text(name: string): string | null
  /** Of an option that may be given several times, in order; none: empty. */
  texts(name: string): readonly string[]
  /** @throws CollapsarError `usage` unless the value is an integer from `minimum` to `maximum`. */
  integer(name: string, minimum: number, maximum: number): number | null
  required(name: string, minimum: number, maximum: number): number
  /** @throws CollapsarError `usage` unless the value is a number above 0 and below 1. */
  probability(name: string): number | null
  /** Several of them, separated by commas. */
  probabilities(name: string): readonly number[] | null
  /** @throws CollapsarError `usage`: the command cannot do without the option. */
  missing(name: string): never
  oneOf<const T extends string>(name: string, accepted: readonly T[]): T | null
}

export const JSON_OPTION: OptionDefinition = { type: 'boolean', value: null, description: 'print one JSON document' }

/** Which swept parameters span a map. */
export const AXES_OPTIONS: Readonly<Record<'columns' | 'rows', OptionDefinition>> = {
  columns: { type: 'string', value: 'NAME', description: 'the parameter to the right: depth, width or a dotted name (default depth where it varies)' },
  rows: { type: 'string', value: 'NAME', description: 'the parameter upwards' },
}

export function axesOf(options: Options): { readonly columns?: string; readonly rows?: string } {
  const [columns, rows] = [options.text('columns'), options.text('rows')]
  return { ...(columns !== null && { columns }), ...(rows !== null && { rows }) }
}
