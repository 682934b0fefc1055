import { describe, expect, it } from 'vitest'
import { InvalidField } from './fields.ts'
import { trainingCase } from './training-case.ts'

const document = {
  inputDim: 1,
  width: 2,
  hiddenLayers: 1,
  activation: 'relu',
  loss: 'mse',
  optimizer: { kind: 'sgd', lr: 0.5 },
  steps: 3,
  x: [[-1], [1]],
  y: [[1], [2]],
  initial: [[[1], [-1]], [0, 0.1], [[3, 4]], [5]],
}

describe('trainingCase', () => {
  it('makes a batch of one traced trial', () => {
    expect(trainingCase(document)).toEqual({
      numerics: 'ieee-f64/1',
      shape: { sizes: [1, 2, 1], activation: { kind: 'relu' } },
      training: {
        loss: 'mse',
        optimizer: { kind: 'sgd', learningRate: 0.5, momentum: 0 },
        batch: 'full',
        steps: 3,
        stopAtDeath: false,
      },
      points: {
        count: 2,
        inputDim: 1,
        outputDim: 1,
        inputs: Float64Array.of(-1, 1),
        targets: Float64Array.of(1, 2),
      },
      trials: Float64Array.of(0),
      minibatchKey: [0, 0],
      noiseKey: [0, 0],
      initial: Float64Array.of(1, -1, 0, 0.1, 3, 4, 5),
      trace: true,
    })
  })

  it('rounds the initial parameters to binary32 or binary16 where asked', () => {
    expect(trainingCase(document, 'ieee-f32/1').initial).toEqual(Float32Array.of(1, -1, 0, 0.1, 3, 4, 5))
    expect(trainingCase(document, 'f16/1').initial).toEqual(Float32Array.of(1, -1, 0, 0.0999755859375, 3, 4, 5))
  })

  it('reads a normalization, its scales and shifts behind the layers', () => {
    const initial = [...document.initial, [1, 2], [3, 4]]
    const batch = trainingCase({ ...document, normalization: 'layer', initial })
    expect(batch.shape.normalization).toBe('layer')
    expect(batch.initial).toEqual(Float64Array.of(1, -1, 0, 0.1, 3, 4, 5, 1, 2, 3, 4))
    expect(trainingCase({ ...document, normalization: 'none' }).shape).toEqual(trainingCase(document).shape)
  })

  it('takes the delta of huber as 1 unless it is given', () => {
    const huber = { ...document, loss: 'huber' }
    expect(trainingCase(huber).training).toMatchObject({ loss: 'huber', huberDelta: 1 })
    expect(trainingCase({ ...huber, huberDelta: 0.25 }).training).toMatchObject({ huberDelta: 0.25 })
  })

  it('takes the slope of leaky-relu as 0.01 unless it is given', () => {
    const leaky = { ...document, activation: 'leaky-relu' }
    expect(trainingCase(leaky).shape.activation).toEqual({ kind: 'leaky-relu', leak: 0.01 })
    expect(trainingCase({ ...leaky, leak: 0.2 }).shape.activation).toEqual({ kind: 'leaky-relu', leak: 0.2 })
  })

  it.each([
    [{ activation: 'swish' }, 'invalid activation: "swish" (expected one of relu, leaky-relu, elu, selu, gelu, tanh)'],
    [{ activation: 'leaky-relu', leak: 0 }, 'invalid leak: 0 (expected a positive number)'],
    [{ loss: undefined }, 'invalid loss: missing (expected one of mse, mae, huber)'],
    [{ optimizer: { kind: 'adam', lr: -1 } }, 'invalid optimizer.lr: -1 (expected a positive number)'],
    [
      { optimizer: { kind: 'sgd', lr: 1, momentum: 1 } },
      'invalid optimizer.momentum: 1 (expected a number in [0, 1))',
    ],
    [{ huberDelta: 2 }, 'invalid huberDelta: 2 (expected nothing with the loss mse)'],
    [{ loss: 'huber', huberDelta: 0 }, 'invalid huberDelta: 0 (expected a positive number)'],
    [{ normalization: 'group' }, 'invalid normalization: "group" (expected one of none, batch, layer)'],
    [{ normalization: 'layer' }, 'invalid initial: [[[1],[-1]],[0,0.1],[[3,4]],[5]] (expected a list of 6)'],
    [{ steps: 1.5 }, 'invalid steps: 1.5 (expected an integer of at least 0)'],
    [{ sizes: [1, 3, 1] }, 'invalid sizes: [1,3,1] (expected [1, 2, 1])'],
    [{ x: [[0], ['a']] }, 'invalid x[1][0]: "a" (expected a finite number)'],
    [{ y: [[1]] }, 'invalid y: [[1]] (expected a list of 2)'],
    [{ initial: [[[1], [-1]], [0], [[3, 4]], [5]] }, 'invalid initial[1]: [0] (expected a list of 2)'],
    [{ initial: [[[1, 2], [-1]], [0, 0], [[3, 4]], [5]] }, 'invalid initial[0][0]: [1,2] (expected a list of 1)'],
  ])('refuses %j', (change, message) => {
    const read = (): unknown => trainingCase({ ...document, ...change })
    expect(read).toThrow(InvalidField)
    expect(read).toThrow(message)
  })

  it('refuses what is no object', () => {
    expect(() => trainingCase([1])).toThrow('invalid case: [1] (expected an object)')
  })
})
