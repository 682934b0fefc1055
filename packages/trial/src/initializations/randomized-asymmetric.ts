import { fillNormals } from '../random/normal.ts'
import { scale } from '../random/scale.ts'
import { fillWords, uniformOfWords } from '../random/uniform.ts'
import type { TensorStream } from '../random/uniform.ts'
import { heNormal } from './he-normal.ts'
import { normalWeights } from './initialization.ts'
import type { Initialization, LayerDraw } from './initialization.ts'

const STD = 0.6007
const words = new Uint32Array(4)

const normalRow = normalWeights((inputs) => STD / Math.sqrt(inputs))

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
    fill: (draw) => {
      if (draw.layer === draw.depth - 1 && !outputLayer) heNormal.fill(draw)
      else fillRows(draw)
    },
  }
}

function fillRows(draw: LayerDraw): void {
  const { layer, depth, inputs, outputs, trial, initKey, biasKey, biases } = draw
  normalRow.fill(draw)
  fillNormals(biases, outputs, { key: biasKey, trial, tensor: layer })
  scale(biases, outputs, STD / Math.sqrt(inputs))
  const replacements = { key: initKey, trial, tensor: depth + layer }
  for (let unit = 0; unit < outputs; unit++) replaceOne(draw, unit, replacements)
}

/** Block `unit` of the stream: the first word chooses the position, the last two make the value. */
function replaceOne({ inputs, weights, biases }: LayerDraw, unit: number, stream: TensorStream): void {
  fillWords(words, 1, unit, stream)
  const [choice = 0, , a = 0, b = 0] = words
  const position = Math.floor((choice * (inputs + 1)) / 2 ** 32)
  const value = Math.sqrt(uniformOfWords(a, b))
  if (position < inputs) weights[unit * inputs + position] = value
  else biases[unit] = value
}
