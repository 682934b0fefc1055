import type { Rank } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from './backend.ts'
import type { Tensorflow } from './backend.ts'
import { stackedOptimizer } from './optimizer.ts'

let tf: Tensorflow
beforeAll(async () => {
  tf = (await chooseBackend('cpu')).backend.tf
})
afterAll(() => {
  expect(tf.memory().numTensors).toBe(0)
})

/** Where two parameters that start at 0 are after updates with these gradients, each the same in every update. */
function after(updates: number, gradients: readonly [number, number], spec: Parameters<typeof stackedOptimizer>[1]): number[] {
  return tf.tidy(() => {
    const optimizer = stackedOptimizer(tf, spec)
    const zeros = () => tf.zeros<Rank.R2>([1, 2])
    let learned: Parameters<typeof optimizer.update>[0] = { parameters: zeros(), moments: Array.from({ length: optimizer.moments }, zeros) }
    for (let i = 0; i < updates; i++) learned = optimizer.update(learned, tf.tensor2d([...gradients], [1, 2]))
    return Array.from(learned.parameters.dataSync())
  })
}

describe('the updates of a stack', () => {
  it('of Adam have the epsilon 1e-8, outside the root: by a constant gradient g each moves a parameter by lr g / (|g| + eps)', () => {
    // With a constant gradient the corrected moments are g and g^2 exactly. TensorFlow.js's own epsilon of 1e-7 would give a fifth of the first.
    const [small, large] = after(5, [1e-8, -3], { kind: 'adam', learningRate: 1e-3 })
    expect(small).toBeCloseTo(-5 * 0.5e-3, 8)
    expect(large).toBeCloseTo(5e-3, 8)
  })

  it('of sgd and of momentum are those by hand', () => {
    expect(after(2, [1, -2], { kind: 'sgd', learningRate: 0.25, momentum: 0 })).toEqual([-0.5, 1])
    // velocities 1, then 0.5 + 1
    expect(after(2, [1, -2], { kind: 'sgd', learningRate: 0.25, momentum: 0.5 })).toEqual([-0.625, 1.25])
  })
})
