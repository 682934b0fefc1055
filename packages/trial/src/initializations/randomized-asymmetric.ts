import { heNormal } from './he-normal.ts'
import type { Initialization } from './initialization.ts'

const STD = 0.6007

/**
 * Randomized asymmetric initialization: the row [w, b] of every unit, `fan_in + 1` numbers, is N(0, 0.6007^2 / fan_in),
 * then one position of it, chosen uniformly, is replaced by a Beta(2, 1) number, the square root of a uniform one.
 * Draws: NUMERICS.md, 1.
 * @param outputLayer false: the output layer is he-normal with zero biases
 * @source L. Lu, Y. Shin, Y. Su, G. E. Karniadakis, "Dying ReLU and initialization" (2020), section 4, arXiv:1903.06733
 */
export function randomizedAsymmetric(outputLayer: boolean): Initialization {
  return {
    drawsBiases: true,
    lawOf: (place) => {
      if (place.layer === place.depth - 1 && !outputLayer) return heNormal.lawOf(place)
      const law = { kind: 'normal', std: STD / Math.sqrt(place.inputs) } as const
      return { weights: law, biases: law, replacesOne: true }
    },
  }
}
