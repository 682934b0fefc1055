import type { Measurement, ReferenceKind } from '../measurement.ts'
import { POWER } from '../measurement.ts'
import { measuredShare } from './share.ts'

/** Something that a theorem rules out. */
export interface ImpossibleEvent {
  readonly what: string
  readonly violations: number
  readonly trials: number
  readonly kind: ReferenceKind
  /** Why it cannot happen. */
  readonly text: string
}

/** Fails at the first violation. What happens with probability d is seen with POWER once 1 - (1 - d)^n reaches it. */
export function compareNever({ what, violations, trials, kind, text }: ImpossibleEvent): Measurement {
  return {
    what,
    measured: measuredShare({ successes: violations, trials }),
    reference: { kind, text, range: [null, 0] },
    rule: 'fails at the first violation',
    pValue: null,
    detectable: { below: null, above: trials === 0 ? null : 1 - (1 - POWER) ** (1 / trials) },
    verdict: violations > 0 ? 'fail' : trials === 0 ? 'undecided' : 'pass',
  }
}
