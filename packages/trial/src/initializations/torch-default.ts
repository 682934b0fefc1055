import type { Initialization } from './initialization.ts'

/**
 * Weights and biases uniform on +-1 / sqrt(fan_in), as `reset_parameters` of PyTorch's `nn.Linear`.
 * Biases come from the bias stream, tensor number = layer.
 */
export const torchDefault: Initialization = {
  drawsBiases: true,
  lawOf: ({ inputs }) => {
    const law = { kind: 'uniform', limit: 1 / Math.sqrt(inputs) } as const
    return { weights: law, biases: law, replacesOne: false }
  },
}
