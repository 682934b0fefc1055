import type { Tensor1D } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from './backend.ts'
import type { Tensorflow } from './backend.ts'
import { activationOp, lossSums } from './stacked-network.ts'

let tf: Tensorflow
beforeAll(async () => {
  tf = (await chooseBackend('cpu')).backend.tf
})
afterAll(() => {
  expect(tf.memory().numTensors).toBe(0)
})

/** Derivative at each place of the sum over places of f. */
function slopes(f: (x: Tensor1D) => Tensor1D, places: readonly number[]): number[] {
  return tf.tidy(() => Array.from(tf.grad((x) => tf.sum(f(x as Tensor1D)))(tf.tensor1d([...places])).dataSync()))
}

describe('the derivatives that TensorFlow chains', () => {
  it('are at 0 what NUMERICS.md says: 0 of relu, which keeps a dead layer dead, and the slope of leaky relu', () => {
    const of = (kind: 'relu' | 'leaky-relu') => activationOp(tf, kind === 'relu' ? { kind } : { kind, leak: 0.25 })
    expect(slopes((x) => of('relu')(x), [-1, -0, 0, 2])).toEqual([0, 0, 0, 1])
    expect(slopes((x) => of('leaky-relu')(x), [-1, -0, 0, 2])).toEqual([0.25, 0.25, 0.25, 1])
  })

  it('of the losses are 2 e, sign(e) with 0 at 0, and e cut off at delta', () => {
    const of = (loss: 'mse' | 'mae' | 'huber') => (x: Tensor1D) => lossSums(tf, tf.reshape(x, [1, 1, x.size]), { loss, huberDelta: 0.5 })
    const errors = [-2, -0.5, -0.25, 0, 0.25, 0.5, 2]
    expect(slopes(of('mse'), errors)).toEqual([-4, -1, -0.5, 0, 0.5, 1, 4])
    expect(slopes(of('mae'), errors)).toEqual([-1, -1, -1, 0, 1, 1, 1])
    expect(slopes(of('huber'), errors)).toEqual([-0.5, -0.5, -0.25, 0, 0.25, 0.5, 0.5])
  })

  it.each([
    // closed forms in binary64: e^x; the constants of the paper; 1 - tanh^2; the normal distribution function plus x times its density
    ['elu', (x: number) => (x > 0 ? 1 : Math.exp(x))],
    ['selu', (x: number) => (x > 0 ? 1.0507009873554805 : 1.0507009873554805 * 1.6732632423543772 * Math.exp(x))],
    ['tanh', (x: number) => 1 - Math.tanh(x) ** 2],
    ['gelu', (x: number) => distribution(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)],
  ] as const)('of %s are its slope', (kind, slope) => {
    const places = [-3, -1, -0.125, 0.125, 1, 3]
    const found = slopes((x) => activationOp(tf, { kind })(x), places)
    // some roundings of binary32, and the 1.5e-7 of Abramowitz and Stegun 7.1.26, by which TensorFlow computes erf
    places.forEach((x, i) => expect(found[i]).toBeCloseTo(slope(x), 6))
  })

  it('of the root of a variance, of a mean and of a matrix product are those by hand', () => {
    // d x^(-1/2) = -x^(-3/2) / 2
    expect(slopes((x) => tf.rsqrt(x), [4, 1])).toEqual([-0.0625, -0.5])
    expect(slopes((x) => tf.mul(tf.mean(x), 6) as unknown as Tensor1D, [5, 7, 9])).toEqual([2, 2, 2])
    const weights = tf.tensor3d([1, 2, 3, 4], [1, 2, 2])
    for (const [flipWeights, flip, expected] of [[false, false, [4, 6]], [true, false, [3, 7]], [false, true, [4, 6]], [true, true, [3, 7]]] as const) {
      const product = (x: Tensor1D) => tf.matMul(weights, tf.reshape(x, flip ? [1, 1, 2] : [1, 2, 1]), flipWeights, flip)
      expect(slopes((x) => product(x) as unknown as Tensor1D, [1, 1]), `${flipWeights} ${flip}`).toEqual(expected)
    }
    weights.dispose()
  })
})

/** P(Z <= x) of a standard normal Z by Simpson's rule from -9 on: exact to 1e-10. */
function distribution(x: number): number {
  const n = 4000
  const h = (x + 9) / n
  const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  let sum = density(-9) + density(x)
  for (let i = 1; i < n; i++) sum += density(-9 + i * h) * (i % 2 === 1 ? 4 : 2)
  return (sum * h) / 3
}
