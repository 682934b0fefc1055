import { normalWeights } from './initialization.ts'

/**
 * N(0, 2 / fan_in) in every layer, the output layer included; not truncated.
 * @source K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers" (2015), eq. 10, arXiv:1502.01852
 */
export const heNormal = normalWeights((inputs) => Math.sqrt(2 / inputs))
