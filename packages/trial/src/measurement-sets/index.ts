import { facts } from './facts.ts'
import type { MeasurementName, MeasurementSet } from './measurement-set.ts'

export type * from './measurement-set.ts'

/** Every set, by its name in a sweep file. */
export const measurementSets: Readonly<Record<MeasurementName, MeasurementSet>> = { facts }

export const MEASUREMENT_NAMES = Object.keys(measurementSets) as readonly MeasurementName[]
