import { agreementChecks } from './conformance/agreement-checks.ts'
import type { ConformanceCheck } from './conformance/conformance-check.ts'
import { convergenceChecks } from './conformance/convergence-checks.ts'
import { endingChecks } from './conformance/ending-checks.ts'
import { eventLoopChecks } from './conformance/event-loop-checks.ts'
import { initialLawChecks } from './conformance/initial-law-checks.ts'
import { laneChecks } from './conformance/lane-checks.ts'
import { noiseChecks } from './conformance/noise-checks.ts'
import { storedChecks } from './conformance/stored-checks.ts'
import { traceChecks } from './conformance/trace-checks.ts'
import type { Engine } from './engine.ts'

export type { ConformanceCheck } from './conformance/conformance-check.ts'

/** What an engine is judged against. */
export interface ConformanceOracle {
  /** The engine of `createReferenceEngine`. */
  readonly referenceEngine: Engine
  /** `{ cases }` of test/golden/training-float64.json and normalized-training-float64.json. */
  readonly traces: unknown
}

/**
 * What every engine promises (`Engine`, NUMERICS.md), as checks to be run one after another by any test runner: each
 * rejects with an AssertionError that says what was broken. Traces are for engines with `ieee-f64/1`; everything else is
 * checked for each numerics the engine has.
 */
export function conformanceChecks(engine: Engine, oracle: ConformanceOracle): readonly ConformanceCheck[] {
  const traces = engine.numerics.includes('ieee-f64/1') ? traceChecks(engine, oracle.traces) : []
  const others = engine.numerics.flatMap((numerics) => [
    ...initialLawChecks(engine, numerics),
    ...laneChecks(engine, numerics),
    ...agreementChecks(engine, numerics, oracle.referenceEngine),
    ...noiseChecks(engine, numerics, oracle.referenceEngine),
    ...storedChecks(engine, numerics),
    ...endingChecks(engine, numerics),
    ...convergenceChecks(engine, numerics),
    ...eventLoopChecks(engine, numerics),
  ])
  return [...traces, ...others]
}
