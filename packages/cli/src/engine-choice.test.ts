import { expect, it } from 'vitest'
import { parseArguments } from './arguments.ts'
import { worker } from './commands/worker.ts'
import { choiceOf, engineChoice } from './engine-choice.ts'

const optionsOf = (...args: string[]) => parseArguments(worker, args).options

it.each([
  [[], { engine: 'cpu', device: null }],
  [['--engine', 'cuda'], { engine: 'cuda', device: null }],
  [['--engine', 'cuda', '--device', '3'], { engine: 'cuda', device: '3' }],
  [['--engine', 'webgpu', '--device', 'GeForce RTX'], { engine: 'webgpu', device: 'GeForce RTX' }],
  [['--engine', 'tfjs', '--device', 'wasm'], { engine: 'tfjs', device: 'wasm' }],
])('%j names an engine and its device', (args, expected) => {
  expect(engineChoice(optionsOf(...args), { threads: 2 })).toEqual({ ...expected, threads: 2 })
})

it.each([
  [['--engine', 'gpu'], '--engine is gpu; accepted: cpu, cuda, webgpu, tfjs'],
  [['--device', '0'], '--device is "0" with the engine cpu; accepted: none'],
  [['--engine', 'cuda', '--device', 'H200'], '--device is "H200" with the engine cuda; accepted: its number, from 0'],
  [['--engine', 'cuda', '--device', '-1'], '--device is "-1" with the engine cuda'],
  [['--engine', 'webgpu', '--device', 'a\nb'], '--device is "a\\nb" with the engine webgpu'],
  [['--engine', 'tfjs', '--device', 'gpu'], '--device is "gpu" with the engine tfjs; accepted: tfjs-node-gpu, tfjs-node, wasm, cpu'],
])('%j is refused', (args, message) => {
  expect(() => engineChoice(optionsOf(...args), { threads: 2 })).toThrow(message)
})

it('holds the device against the engine that is taken', () => {
  expect(() => choiceOf('tfjs', optionsOf('--device', '0'), { threads: 2 })).toThrow('--device is "0" with the engine tfjs')
})
