import type { TrialBatch } from '@collapsar/trial'

import { NUMERICS } from './request.ts'

const MOST_POINTS = 2 ** 24
const MOST_STEPS = 2 ** 30

/** A condition and the sentence that says it is broken. */
type Limit = readonly [holds: boolean, reason: string]

function between(name: string, value: number, low: number, high: number): Limit {
  const holds = Number.isInteger(value) && value >= low && value <= high
  return [holds, `${name} must be from ${low} to ${high} on the CPU engine, not ${value}`]
}

/** `true`, or the first reason why the kernels cannot train such a batch. */
export function supports(batch: Omit<TrialBatch, 'initial' | 'trials'>): true | string {
  const broken = limits(batch).find(([holds]) => !holds)
  return broken === undefined ? true : broken[1]
}

function limits({ numerics, shape, points, training }: Omit<TrialBatch, 'initial' | 'trials'>): Limit[] {
  const { sizes, activation } = shape
  const hidden = sizes.slice(1, -1)
  const width = hidden[0] ?? 0
  return [
    [NUMERICS.includes(numerics), `the CPU engine has no numerics ${numerics}`],
    between('depth', sizes.length - 1, 2, 200),
    between('width', width, 1, 256),
    [hidden.every((units) => units === width), 'all hidden layers must have the same width on the CPU engine'],
    between('inputDim', points.inputDim, 1, 8),
    between('outputDim', points.outputDim, 1, 8),
    [sizes[0] === points.inputDim && sizes.at(-1) === points.outputDim, 'the points do not fit the network'],
    between('points', points.count, 1, MOST_POINTS),
    between('steps', training.steps, 0, MOST_STEPS),
    training.batch === 'full' ? [true, ''] : between('batch', training.batch, 1, MOST_POINTS),
    [activation.kind !== 'leaky-relu' || activation.leak > 0, 'leak must be positive'],
  ]
}
