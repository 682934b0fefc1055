import { CollapsarError } from './errors.ts'
import { untilOf } from './sweep-file.ts'
import type { SweepFile, Until } from './sweep-file.ts'

/** What is asked of a sweep since it was extended, in place of what its file says. */
export interface Extension {
  /** Trials of every cell; null where the sweep decides levels. */
  readonly inits: number | null
  /** Most trials of a cell; null where the sweep asks for a number of trials. */
  readonly maxInits: number | null
  /** Seconds of workers after which no round follows; null: no bound. */
  readonly maxDeviceSeconds: number | null
}

/** What somebody wants more of. */
export type ExtensionWish = { readonly [name in keyof Extension]?: number }

/** The part of a sweep that says what it asks for. */
export interface AskedSweep {
  /** The sweep file as it was submitted. */
  readonly source: unknown
  /** Absent or null: what the file says. */
  readonly extension?: Extension | null
}

/** What the sweep wants decided now; null where it asks for a number of trials. */
export function untilNow({ source, extension }: AskedSweep): Until | null {
  if (typeof source !== 'object' || source === null || !('until' in source)) return null
  const until = untilOf(source as Pick<SweepFile, 'until'>)
  if (until === null || extension?.maxInits == null) return until
  return { ...until, maxInits: extension.maxInits, maxDeviceSeconds: extension.maxDeviceSeconds }
}

/**
 * What the sweep asks for with the wish: more than before, or the same. Rounds that were decided stay, so an extended sweep may come to other
 * goals than one that was submitted with these bounds: its log says how it came to them.
 * @param most the largest number of trials that it asks for of a cell now
 * @throws CollapsarError `conflict` for a wish that does not fit its goal, or asks for less
 */
export function extended(sweep: AskedSweep, most: number, wish: ExtensionWish): Extension {
  const until = untilNow(sweep)
  refuseOtherGoal(until, wish)
  if (until === null) {
    const inits = raised('inits', wish.inits, most) ?? most
    return { inits, maxInits: null, maxDeviceSeconds: null }
  }
  return {
    inits: null,
    maxInits: raised('maxInits', wish.maxInits, until.maxInits),
    maxDeviceSeconds: raised('maxDeviceSeconds', wish.maxDeviceSeconds, until.maxDeviceSeconds),
  }
}

function refuseOtherGoal(until: Until | null, wish: ExtensionWish): void {
  const accepted = until === null ? ['inits'] : ['maxInits', 'maxDeviceSeconds']
  const given = Object.entries(wish).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  const other = given.find((name) => !accepted.includes(name))
  if (other === undefined && given.length > 0) return
  const goal = until === null ? 'asks for a number of trials' : 'decides levels in rounds'
  refuse(other ?? '', `${other ?? 'nothing'} is asked for; the sweep ${goal}; accepted: ${accepted.join(', ')}`)
}

/** @param before null: there is no bound, which cannot be raised */
function raised(name: string, wish: number | undefined, before: number | null): number | null {
  if (wish === undefined) return before
  if (before === null) return refuse(name, `${name} is ${wish}; the sweep has no such bound, and an extension does not set one`)
  if (wish < before) return refuse(name, `${name} is ${wish}; accepted: what the sweep asks for now, ${before}, or more`)
  return wish
}

function refuse(name: string, detail: string): never {
  throw new CollapsarError('conflict', `The sweep cannot be extended: ${detail}.`, { problems: [{ pointer: name === '' ? '' : `/${name}`, detail }] })
}
