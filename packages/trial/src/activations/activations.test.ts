import { describe, expect, it } from 'vitest'
import type { ActivationSpec } from '../trial.ts'
import { activationOf } from './index.ts'

const specs: readonly ActivationSpec[] = [
  { kind: 'relu' },
  { kind: 'leaky-relu', leak: 0.01 },
  { kind: 'elu' },
  { kind: 'selu' },
  { kind: 'gelu' },
  { kind: 'tanh' },
]

describe('activations', () => {
  it.each(specs)('$kind: the derivative is the slope of the value', (spec) => {
    const { value, derivative } = activationOf(spec)
    const h = 1e-5
    for (const z of [-3.5, -1, -0.25, -1e-3, 1e-3, 0.5, 2, 4]) {
      // central differences: h^2 / 6 times a third derivative below 3, and rounding of 1e-16 / h
      const slope = (value(z + h) - value(z - h)) / (2 * h)
      expect(Math.abs(derivative(3, z, value(z)) - 3 * slope)).toBeLessThan(3e-10)
    }
  })

  it('has value and derivative 0 at 0 for relu: what makes death absorbing', () => {
    const { value, derivative } = activationOf({ kind: 'relu' })
    expect([value(0), value(-2), derivative(5, 0, 0)]).toEqual([0, 0, 0])
    expect(value(Number.NaN)).toBe(0)
  })

  it('has the slope `leak` at 0 and below', () => {
    const { value, derivative } = activationOf({ kind: 'leaky-relu', leak: 0.25 })
    expect([value(-2), derivative(4, -2, -0.5), derivative(4, 0, 0)]).toEqual([-0.5, 1, 1])
  })

  it('equals tabulated values: elu(-1), gelu(1), gelu(-1), tanh(0.5), selu(-1), selu(2)', () => {
    // exp(-1) - 1; the standard normal distribution at 1 is 0.8413447460685429 (Abramowitz and Stegun, table 26.1)
    const value = (spec: ActivationSpec, z: number): number => activationOf(spec).value(z)
    expect(value({ kind: 'elu' }, -1)).toBeCloseTo(-0.6321205588285577, 15)
    expect(value({ kind: 'gelu' }, 1)).toBeCloseTo(0.8413447460685429, 15)
    expect(value({ kind: 'gelu' }, -1)).toBeCloseTo(-0.15865525393145707, 15)
    // the paper's 1.0507... and 1.6732...: their product times exp(-1) - 1, and the first times 2
    expect(value({ kind: 'selu' }, -1)).toBeCloseTo(-1.1113307378125625, 15)
    expect(value({ kind: 'selu' }, 2)).toBeCloseTo(2.101401974710961, 15)
    expect(value({ kind: 'tanh' }, 0.5)).toBeCloseTo(0.46211715726000973, 15)
  })

  it('only relu can die', () => {
    expect(specs.filter((spec) => activationOf(spec).canDie)).toEqual([{ kind: 'relu' }])
  })
})
