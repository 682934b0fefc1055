import type { EngineVersion } from './chunk.ts'
import type { SweepDocument } from './surface.ts'

const JOINED = '+'
/** Before the version of an engine of which several versions trained blocks; ids have none. */
const VERSIONED = ' '

/** `cpu`, or several joined as in `cpu+cuda`; an engine of which there are several versions with each, as in `cpu 1+cpu 2`; null without trials. */
export function engineNames(engines: readonly EngineVersion[]): string | null {
  if (engines.length === 0) return null
  const isMixed = ({ id }: EngineVersion) => engines.filter((other) => other.id === id).length > 1
  return engines.map((engine) => (isMixed(engine) ? `${engine.id}${VERSIONED}${engine.version}` : engine.id)).join(JOINED)
}

/** A sentence on the cells whose trials come from several versions of an engine; null where none does. */
export function mixedEngines({ cells }: Pick<SweepDocument, 'cells'>): string | null {
  const mixed = cells.flatMap(({ engine }) => (engine?.includes(VERSIONED) === true ? [engine] : []))
  return mixed.length === 0 ? null : mixedSentence(mixed.length, [...new Set(mixed)].join(', '))
}

/** @param names which engines, where it is known */
export function mixedSentence(cells: number, names?: string): string {
  const subject = cells === 1 ? 'One cell has' : `${cells} cells have`
  return `${subject} trials of several versions of an engine${names === undefined ? '' : ` (${names})`}: their bits were compared on a block.`
}
