import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { initialParameters } from '../initial-parameters.ts'
import { trainingPoints } from '../training-points.ts'
import type { TrialSpec } from '../trial.ts'
import { columnsByName, givenExample, observedExample } from './measured-example.ts'
import { updates } from './updates.ts'

const TRIALS = [0, 1, 2, 3, 4, 5, 6, 7]

describe('updates', () => {
  it('are of the size of the learning rate in the first step of Adam, but for units that no gradient reaches', async () => {
    // Kingma and Ba (2015), section 2.1: m / sqrt(v) is the sign of the gradient in the first step.
    const spec = exampleSpec({ depth: 2, width: 4, problem: { points: 16 }, training: { steps: 2 } })
    const { meanReciprocal, resting } = columnsByName(updates, await observedExample(updates, spec, TRIALS))
    for (const mean of meanReciprocal!) expect(mean * 1e-3).toBeCloseTo(1, 3)
    // A unit without bias is active on one half of the line, whatever its weight.
    expect([...resting!]).toEqual(TRIALS.map(() => 0))
  })

  it('are the learning rate times the gradients in the first step of gradient descent', async () => {
    const rate = 0.01
    const spec = exampleSpec({
      numerics: 'ieee-f64/1',
      depth: 2,
      width: 3,
      network: { bias: { kind: 'normal', std: 2 } },
      problem: { points: 8 },
      training: { steps: 2, optimizer: { kind: 'sgd', learningRate: rate, momentum: 0 }, stopAtDeath: false },
    })
    const { meanReciprocal, resting } = columnsByName(updates, await observedExample(updates, spec, TRIALS))
    const gradients = TRIALS.map((trial) => biasGradients(spec, trial))
    const moving = gradients.map((gradient) => gradient.filter((derivative) => derivative !== 0))
    expect([...resting!]).toEqual(moving.map(({ length }) => 3 - length))
    expect(new Set(resting).size).toBeGreaterThan(1)
    for (const [trial, derivatives] of moving.entries()) {
      const mean = derivatives.reduce((sum, derivative) => sum + 1 / Math.abs(rate * derivative), 0) / derivatives.length
      // A bias near 1 carries its change of 1e-3 to 1e-13 of it; columns are binary32.
      if (derivatives.length > 0) expect(meanReciprocal![trial]! / mean).toBeCloseTo(1, 5)
      else expect(meanReciprocal![trial]).toBeNaN()
    }
  })

  it('are those between trainings of t and t + 1 steps, layer by layer', async () => {
    const spec = exampleSpec({ depth: 4, width: 3, problem: { points: 16 }, training: { steps: 12, batch: 4 } })
    expect(updates.observes(spec)).toEqual([0, 1, 2, 3, 4, 10, 11])
    const trials = await observedExample(updates, spec, TRIALS)
    const { meanReciprocal, resting } = columnsByName(updates, trials)
    expect(meanReciprocal).toHaveLength(TRIALS.length * 4 * 3)
    // Layer 2 in the update after step 10: parameters 6 + 9 of each 34 are its biases.
    const [before, after] = trials.observed.slice(5).map(({ parameters }) => parameters)
    for (const trial of TRIALS) {
      const changes = [15, 16, 17].map((place) => Math.abs(after![34 * trial + place]! - before![34 * trial + place]!)).filter((change) => change > 0)
      const at = 12 * trial + 3 * 3 + 1
      expect(resting![at]).toBe(3 - changes.length)
      if (changes.length > 0) expect(meanReciprocal![at]).toBe(Math.fround(changes.reduce((sum, change) => sum + 1 / change, 0) / changes.length))
    }
  })

  it('say nothing of a network that diverged, and hold the reciprocal of the least change', async () => {
    const spec = exampleSpec({ depth: 2, width: 1, problem: { points: 3 }, training: { steps: 2 } })
    const given = await givenExample(spec, [[1, 0, 1, 0], [1, 0, 1, 0]])
    const at = (bias: number) => ({ ...given.trained, parameters: Float32Array.of(1, bias, 1, 0, 1, Number.NaN, 1, 0) })
    const columns = updates.measure({ ...given, observed: [at(0), at(2 ** -149)] })
    expect(columns).toEqual([Float32Array.of(2 ** 127, Number.NaN), Uint16Array.of(0, 1)])
  })

  it.each([
    [{ depth: 1 }, 'no hidden layer: depth is 1'],
    [{ training: { steps: 1 } }, 'no update before the last to look at: steps is 1'],
    [{ network: { normalization: 'batch' } }, 'no kink moves with its bias: batch normalization stands between'],
  ] as const)('do not apply to %o', (changes, reason) => {
    expect(updates.applies(exampleSpec(changes))).toBe(reason)
  })
})

/** Of the mean squared error of sum_j a_j relu(w_j x + b_j) + c in b, by hand: 2 / n sum_i (f(x_i) - y_i) a_j [w_j x_i + b_j > 0]. */
function biasGradients(spec: TrialSpec, trial: number): number[] {
  const units = [0, 1, 2]
  const parameters = initialParameters(spec, [trial])
  const [w, b, a] = [0, 3, 6].map((start) => parameters.subarray(start, start + 3)) as [Float64Array, Float64Array, Float64Array]
  const { inputs, targets, count } = trainingPoints(spec.problem, spec.seed)
  const activeAt = (x: number) => units.map((j) => Math.max(0, w[j]! * x + b[j]!))
  const errors = Array.from(inputs, (x, i) => activeAt(x).reduce((sum, h, j) => sum + a[j]! * h, parameters[9]!) - targets[i]!)
  return units.map((j) => inputs.reduce((sum, x, i) => sum + (activeAt(x)[j]! > 0 ? (2 / count) * errors[i]! * a[j]! : 0), 0))
}
