import { CollapsarError } from '@collapsar/sweep'

/** An address of a resource: by itself, or with the ending that names a format. */
export interface Address<Format extends string> {
  readonly url: string
  readonly operationId: string
  /** What the ending says; null without one. */
  readonly ending: Format | null
}

/** `/v1/surface`, `/v1/surface.csv`, ...: a format by the address alone is what `pandas.read_csv(url)` and `<img>` can ask for. */
export function addresses<const Format extends string>(url: string, operationId: string, endings: readonly Format[]): Address<Format>[] {
  const ended = endings.map((ending) => ({ url: `${url}.${ending}`, operationId: operationOf(operationId, ending), ending }))
  return [{ url, operationId, ending: null }, ...ended]
}

/** The operation of an address with an ending: `surfaceCsv`. */
export function operationOf(operationId: string, ending: string): string {
  return `${operationId}${ending.charAt(0).toUpperCase()}${ending.slice(1)}`
}

/** The format that an address or a query names. @throws CollapsarError `invalid-request` where they name two */
export function namedFormat<Format extends string>(ending: Format | null, asked: Format | undefined): Format | undefined {
  if (ending === null || asked === undefined || asked === ending) return ending ?? asked
  const detail = `format is ${asked}, but the address ends in .${ending}; accepted: one of the two`
  throw new CollapsarError('invalid-request', `${detail}.`, { problems: [{ pointer: '/query/format', detail }] })
}
