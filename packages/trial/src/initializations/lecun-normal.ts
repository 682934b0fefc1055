import { normalWeights } from './initialization.ts'

/**
 * N(0, 1 / fan_in).
 * @source Y. LeCun, L. Bottou, G. Orr, K.-R. Mueller, "Efficient backprop" (1998), eq. 16
 */
export const lecunNormal = normalWeights((inputs) => 1 / Math.sqrt(inputs))
