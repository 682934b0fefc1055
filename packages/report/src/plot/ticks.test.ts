import { describe, expect, test } from 'vitest'
import { linearTicks, logTicks } from './ticks.ts'
import type { TickOptions } from './ticks.ts'

const PLAIN = { count: 5, numbers: 'plain' } as const

function texts(ticks: readonly { readonly text: string }[]): string {
  return ticks.map(({ text }) => text).join(' ')
}

describe('ticks of a linear axis', () => {
  // Steps of 1, 2, 5 times a power of ten, at most as many as asked for: by hand.
  test.each<[readonly [number, number], string, Partial<TickOptions>?]>([
    [[0, 10], '0 2 4 6 8 10'],
    [[-0.3, 0.3], '-0.2 0 0.2'],
    [[0, 0.004], '0 0.001 0.002 0.003 0.004'],
    [[2.5, 4.5], '3 4', { numbers: 'whole', count: 20 }],
    [[0, 1], '0 20 40 60 80 100', { numbers: 'percent' }],
    [[0, 0.02], '0 0.5 1.0 1.5 2.0', { numbers: 'percent' }],
    [[0, 4e6], '0 1e6 2e6 3e6 4e6'],
    [[0, 3e-7], '0 1e-7 2e-7 3e-7'],
  ])('of %j are %s', (domain, expected, options = {}) => {
    expect(texts(linearTicks(domain, { ...PLAIN, ...options }))).toBe(expected)
  })
})

describe('ticks of a logarithmic axis', () => {
  test.each<[readonly [number, number], string, Partial<TickOptions>?]>([
    [[0.001, 10], '0.001 0.01 0.1 1 10'],
    [[1e-10, 1], '10⁻¹⁰ 10⁻⁸ 10⁻⁶ 10⁻⁴ 10⁻² 10⁰', { count: 6 }],
    [[1, 30], '1 2 5 10 20'],
    [[3, 4], '3.0 3.2 3.4 3.6 3.8 4.0'],
    [[0.001, 1], '0.1 1 10 100', { numbers: 'percent' }],
  ])('of %j are %s', (domain, expected, options = {}) => {
    expect(texts(logTicks(domain, { ...PLAIN, ...options }))).toBe(expected)
  })

  test('lie within the domain, for domains of any size and place', () => {
    for (let exponent = -30; exponent < 30; exponent += 3.7) {
      for (const decades of [0.01, 0.3, 1, 2.5, 9, 40]) {
        const [low, high] = [10 ** exponent, 10 ** (exponent + decades)]
        const ticks = logTicks([low, high], PLAIN)
        expect(ticks.length).toBeGreaterThan(0)
        expect(ticks.length).toBeLessThan(12)
        expect(ticks.every(({ value }) => value >= low * 0.999999 && value <= high * 1.000001)).toBe(true)
        expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length)
      }
    }
  })
})
