import { describe, expect, test } from 'vitest'
import { colourOf, hexColour, isLight, scalePosition, toOklab } from './colour-scale.ts'
import { RAMP } from './terminal/paint.ts'

type Triple = readonly [number, number, number]

const PROBABILITIES = Array.from({ length: 61 }, (_, step) => 10 ** (-3 + step / 20))
const COLOURS = PROBABILITIES.map((probability) => colourOf(probability).map(linear) as unknown as Triple)

function linear(byte: number): number {
  return byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4
}

/** Relative luminance (ITU-R BT.709). */
function luminance([red, green, blue]: Triple): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function seenThrough(matrix: readonly Triple[], colour: Triple): Triple {
  return matrix.map((row) => row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2]) as unknown as Triple
}

function descends(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value < values[index - 1]!)
}

// Machado, Oliveira, Fernandes (2009), doi:10.1109/TVCG.2009.113, severity 1, for linear RGB.
const PROTANOPIA = [
  [0.152286, 1.052583, -0.204868],
  [0.114503, 0.786281, 0.099216],
  [-0.003882, -0.048116, 1.051998],
] as const
const DEUTERANOPIA = [
  [0.367322, 0.860646, -0.227968],
  [0.280085, 0.672501, 0.047413],
  [-0.01182, 0.04294, 0.968881],
] as const

describe('the colour scale', () => {
  test('falls in luminance from 0.1% to certainty, so that it can be read in grey', () => {
    expect(descends(COLOURS.map(luminance))).toBe(true)
  })

  test('keeps this order for people without red or green cones', () => {
    expect(descends(COLOURS.map((colour) => luminance(seenThrough(PROTANOPIA, colour))))).toBe(true)
    expect(descends(COLOURS.map((colour) => luminance(seenThrough(DEUTERANOPIA, colour))))).toBe(true)
  })

  test('is logarithmic: each factor of ten is a third of it, and nothing lies beyond its ends', () => {
    const thirds = [0, 1 / 3, 2 / 3, 1].map((place) => expect.closeTo(place, 12))
    expect([0.001, 0.01, 0.1, 1].map(scalePosition)).toEqual(thirds)
    expect(hexColour(0)).toBe('#fcfdbf')
    expect(hexColour(1)).toBe('#51127c')
  })

  test('carries dark text where it is light and white where it is dark, at a contrast above 3.9', () => {
    const contrasts = PROBABILITIES.map((probability, index) => {
      const ground = luminance(COLOURS[index]!)
      return isLight(probability) ? (ground + 0.05) / (linear(0x1a) + 0.05) : 1.05 / (ground + 0.05)
    })
    expect(Math.min(...contrasts)).toBeGreaterThan(3.9)
  })

  test('uses OKLab as CSS Color 4 defines it', () => {
    // The value of `red` in the specification's sample conversions: oklab(62.796% 0.22486 0.12585).
    expect(toOklab([255, 0, 0])).toEqual([0.62796, 0.22486, 0.12585].map((value) => expect.closeTo(value, 4)))
  })

  test('falls in luminance in the colours of a terminal too', () => {
    const cube = [0, 95, 135, 175, 215, 255]
    const colours = RAMP.map((code) => {
      const steps = [Math.floor((code - 16) / 36), Math.floor((code - 16) / 6) % 6, (code - 16) % 6]
      return steps.map((step) => linear(cube[step]!)) as unknown as Triple
    })
    expect(descends(colours.map(luminance))).toBe(true)
  })
})
