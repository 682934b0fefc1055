import { spread } from '../random/scale.ts'
import { fillUniforms } from '../random/uniform.ts'
import { uniformWeights } from './initialization.ts'
import type { Initialization } from './initialization.ts'

const limit = (inputs: number) => 1 / Math.sqrt(inputs)
const weights = uniformWeights(limit)

/**
 * Weights and biases uniform on +-1 / sqrt(fan_in), as `reset_parameters` of PyTorch's `nn.Linear`.
 * Biases come from the bias stream, tensor number = layer.
 */
export const torchDefault: Initialization = {
  drawsBiases: true,
  fill: (draw) => {
    const { layer, inputs, outputs, trial, biasKey, biases } = draw
    weights.fill(draw)
    fillUniforms(biases, outputs, { key: biasKey, trial, tensor: layer })
    spread(biases, outputs, limit(inputs))
  },
}
