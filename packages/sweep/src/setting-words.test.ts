import { expect, it } from 'vitest'
import { settingWords } from './setting-words.ts'
import { parseSweep } from './sweep.ts'

const wordsOf = (fields: object) =>
  settingWords(parseSweep({ grid: { depth: [3, 4], width: 2 }, inits: 1, ...fields }).cells.map((cell) => cell.spec))

it('names what is unlike the headline setting', () => {
  expect(wordsOf({ seed: 3, network: { init: { kind: 'small', std: 0.01 }, activation: 'leaky-relu' }, training: { steps: 0 } })).toBe(
    'abs, leaky-relu 0.01, normal weights of std 0.01, zero bias, 128 points (grid), no training, seed 3',
  )
  expect(
    wordsOf({ network: { init: 'torch-default' }, training: { batch: 32, stopAtDeath: false, optimizer: { kind: 'sgd', momentum: 0.9 } } }),
  ).toBe('abs, relu, torch-default, 128 points (grid), 3000 steps, sgd 0.001 with momentum 0.9, mse, minibatches of 32, trained beyond death')
})

it('names normalization, the delta of huber and the stop at convergence', () => {
  const training = { loss: 'huber', huberDelta: 0.5, stopWhenConverged: true, steps: 10 }
  expect(wordsOf({ network: { activation: 'selu', normalization: 'layer' }, training })).toBe(
    'abs, selu, layer normalization, he-normal, zero bias, 128 points (grid), 10 steps, adam 0.001, huber 0.5, full batch, stopped when converged',
  )
})

it('names the noise', () => {
  const noise = { kind: 'relative', level: 0.001 }
  expect(wordsOf({ training: { noise } })).toContain('full batch, relative noise of 0.001 on biases')
  expect(wordsOf({ training: { noise: { ...noise, parameters: 'all' } } })).toContain('on all parameters')
})

it('names formulas, teeth, test points, and how the first weights come about', () => {
  const problem = { target: 'expression', expression: 'max(x,0)', testPoints: 10 }
  expect(wordsOf({ problem, network: { init: 'orthogonal', initScale: 0.5 }, training: { steps: 0 } })).toBe(
    'max(x1, 0), relu, orthogonal, initial scale 0.5, zero bias, 128 points (grid), 10 test points, no training',
  )
  const network = { init: { kind: 'sawtooth', variant: 'lipschitz' } }
  expect(wordsOf({ problem: { target: 'sawtooth', teeth: 8 }, network, training: { steps: 0 } })).toBe(
    'sawtooth of 8 teeth, relu, lipschitz sawtooth weights, zero bias, 128 points (grid), no training',
  )
})

it('leaves out what the axes vary', () => {
  const axes = { 'training.loss': ['mse', 'mae'] }
  expect(wordsOf({ axes })).toBe('abs, relu, he-normal, zero bias, 128 points (grid), 3000 steps, adam 0.001, full batch')
})

it('says nothing of no cells', () => {
  expect(settingWords([])).toBe('')
})
