import { uniformWeights } from './initialization.ts'

/**
 * Uniform on +-sqrt(6 / (fan_in + fan_out)).
 * @source X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
 *   networks" (2010), eq. 16
 */
export const glorotUniform = uniformWeights((inputs, outputs) => Math.sqrt(6 / (inputs + outputs)))
