import { arithmeticOf } from './arithmetic/arithmetic.ts'
import { at } from './at.ts'
import { huber } from './losses/huber.ts'

/**
 * The smallest mean huber loss of a constant, in binary64.
 *
 * The sum of the derivatives, of the errors bounded to +-delta, never falls as the constant rises: its zero is found by
 * bisection between the smallest and the largest value, to the last place of the larger. There the loss is flat, so what is
 * left of the error is its square. Where the zeros are an interval, all of them have the same loss.
 * @param values not empty
 */
export function bestHuberLoss(values: Float64Array, delta: number): number {
  const { add, derivative } = huber(delta, arithmeticOf('ieee-f64/1'))
  const slope = (constant: number): number => values.reduce((sum, y) => sum + derivative(constant - y, 1), 0)
  const constant = risingZero(slope, ...extremes(values))
  return values.reduce((sum, y) => add(sum, constant - y), 0) / values.length
}

function extremes(values: Float64Array): readonly [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], y) => [Math.min(low, y), Math.max(high, y)],
    [at(values, 0), at(values, 0)],
  )
}

/** Where a function that never falls passes 0, between `low`, where it is not above 0, and `high`, where it is not below. */
function risingZero(rising: (x: number) => number, low: number, high: number): number {
  const finest = Number.EPSILON * Math.max(Math.abs(low), Math.abs(high))
  let [left, right] = [low, high]
  while (right - left > finest) {
    const middle = left + (right - left) / 2
    if (!(left < middle && middle < right)) break // neighbours, among subnormal numbers
    if (rising(middle) > 0) right = middle
    else left = middle
  }
  return left + (right - left) / 2
}
