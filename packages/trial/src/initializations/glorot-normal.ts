import { normalWeights } from './initialization.ts'

/**
 * N(0, 2 / (fan_in + fan_out)).
 * @source X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
 *   networks" (2010), eq. 12
 */
export const glorotNormal = normalWeights((inputs, outputs) => Math.sqrt(2 / (inputs + outputs)))
