import { describe, expect, it } from 'vitest'
import { trialSpec } from '../../../test/support/blocks.ts'
import { SETTING_NAMES, settingCells, settingConditions, settingsOf } from './settings.ts'
import { parseSweep } from './sweep.ts'

describe('the settings of a cell', () => {
  it('are named as a sweep file names them, absent ones by what their absence means', () => {
    expect(settingsOf(trialSpec(7))).toEqual({
      'numerics': 'ieee-f32/1',
      'seed': 7,
      'network.activation': 'relu',
      'network.normalization': 'none',
      'network.init': 'he-normal',
      'network.initScale': 1,
      'network.bias': 'zero',
      'problem.target': 'abs',
      'problem.points': 128,
      'problem.sampling': 'grid',
      'problem.inputDim': 1,
      'training.loss': 'mse',
      'training.optimizer.kind': 'adam',
      'training.optimizer.learningRate': 0.001,
      'training.batch': 'full',
      'training.steps': 3000,
      'training.stopAtDeath': true,
    })
  })
})

describe('conditions', () => {
  it('take lists, numbers as numbers, and what absence means', () => {
    expect(settingConditions({ 'network.activation': 'relu, tanh', 'training.optimizer.learningRate': '1e-3', 'network.initScale': '1' })).toEqual([
      { path: ['network', 'activation', 'kind'], accepted: ['relu', 'tanh'] },
      { path: ['network', 'initScale'], accepted: [1], absent: 1 },
      { path: ['training', 'optimizer', 'learningRate'], accepted: [0.001] },
    ])
  })

  it('leave the commas of an expression alone, and read a batch as a word or a number', () => {
    expect(settingConditions({ 'problem.expression': 'max(x1, 0)', 'training.batch': 'full,32' })).toEqual([
      { path: ['problem', 'expression'], accepted: ['max(x1, 0)'] },
      { path: ['training', 'batch'], accepted: ['full', 32] },
    ])
  })

  it.each([
    [{ 'network.activation': 'sigmoid' }, 'network.activation is "sigmoid"; accepted: one of relu, leaky-relu'],
    [{ 'training.steps': 'NaN' }, 'training.steps is "NaN"; accepted: a number'],
    [{ 'training.steps': '' }, 'training.steps is ""; accepted: a number'],
    [{ 'training.stopAtDeath': 'yes' }, 'accepted: true or false'],
  ])('refuse %j', (texts, sentence) => {
    expect(() => settingConditions(texts)).toThrow(sentence)
  })
})

describe('the cells of a setting', () => {
  it('are those of the sweep file that says the same', () => {
    const texts = {
      'network.init': 'small',
      'network.init.std': '0.1',
      'network.bias': 'normal',
      'network.bias.std': '0.5',
      'training.optimizer.kind': 'sgd',
      'training.batch': '16',
      'seed': '3',
    }
    const file = {
      grid: { depth: 4, width: [2, 3] },
      inits: 1,
      seed: 3,
      network: { init: { kind: 'small', std: 0.1 }, bias: { kind: 'normal', std: 0.5 } },
      training: { optimizer: { kind: 'sgd' }, batch: 16 },
    }
    const ids = (cells: readonly { readonly cell: string }[]) => cells.map(({ cell }) => cell)
    expect(ids(settingCells(texts, { depth: 4, width: [2, 3] }))).toEqual(ids(parseSweep(file).cells))
    expect(ids(settingCells({}, { depth: 2, width: 1 }))).toEqual(ids(parseSweep({ grid: { depth: 2, width: 1 }, inits: 1 }).cells))
  })

  it('can be read back from each of them', () => {
    const [cell] = settingCells({ 'network.activation': 'leaky-relu', 'network.leak': '0.2', 'problem.target': 'sawtooth' }, { depth: 3, width: 2 })
    expect(settingsOf(cell!.spec)).toMatchObject({ 'network.activation': 'leaky-relu', 'network.leak': 0.2, 'problem.teeth': 4 })
    expect(SETTING_NAMES).toEqual(expect.arrayContaining(Object.keys(settingsOf(cell!.spec))))
  })

  it('are refused with pointers into the query where values do not go together', () => {
    const attempt = () => settingCells({ 'network.leak': '0.2', 'training.steps': '-1' }, { depth: 3, width: 2 })
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid-request', problems: [expect.objectContaining({ pointer: '/query/training.steps' })] }))
    expect(() => settingCells({ 'network.leak': '0.2' }, { depth: 3, width: 2 })).toThrow('leak')
  })
})
