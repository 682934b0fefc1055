export { InvalidField } from './fields.ts'
export type { MeasuredNetwork } from './measured-network.ts'
export { networkFromJson } from './measured-network.ts'
export { trainingCase } from './training-case.ts'
