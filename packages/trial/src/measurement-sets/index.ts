import { directions } from './directions.ts'
import { facts } from './facts.ts'
import { functions } from './functions.ts'
import type { MeasurementName, MeasurementSet } from './measurement-set.ts'
import { regions } from './regions.ts'
import { traces } from './traces.ts'
import { updates } from './updates.ts'

export type * from './measurement-set.ts'
export { updateMoments } from './updates.ts'
export { functionGrid } from './functions.ts'
export { logSpacedSteps } from './log-spaced-steps.ts'
export { laneNetworks, storedInputs } from './lane-network.ts'
export type { LaneNetwork } from './lane-network.ts'
export { predictedDirections } from './predicted-directions.ts'

/** Every set, by its name in a sweep file. */
export const measurementSets: Readonly<Record<MeasurementName, MeasurementSet>> = {
  facts,
  traces,
  directions,
  functions,
  regions,
  updates,
}

export const MEASUREMENT_NAMES = Object.keys(measurementSets) as readonly MeasurementName[]
