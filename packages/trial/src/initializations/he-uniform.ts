import { uniformWeights } from './initialization.ts'

/** Uniform on +-sqrt(6 / fan_in): the variance of he-normal. */
export const heUniform = uniformWeights((inputs) => Math.sqrt(6 / inputs))
