import type { EngineVersion } from './chunk.ts'
import type { SweepDocument } from './surface.ts'

const JOINED = '+'

/** `cpu`, or each with its version where there are several, as in `cpu 1+cpu 2`; null without trials. */
export function engineNames(engines: readonly EngineVersion[]): string | null {
  if (engines.length < 2) return engines[0]?.id ?? null
  return engines.map(({ id, version }) => `${id} ${version}`).join(JOINED)
}

/** A sentence on the cells whose trials come from several engines or versions of one; null where none does. */
export function mixedEngines({ cells }: Pick<SweepDocument, 'cells'>): string | null {
  const mixed = cells.flatMap(({ engine }) => (engine?.includes(JOINED) === true ? [engine] : []))
  return mixed.length === 0 ? null : mixedSentence(mixed.length, [...new Set(mixed)].join(', '))
}

/** @param names which engines, where it is known */
export function mixedSentence(cells: number, names?: string): string {
  const subject = cells === 1 ? 'One cell has' : `${cells} cells have`
  return `${subject} trials of several versions of an engine${names === undefined ? '' : ` (${names})`}: their bits were compared on a block.`
}
