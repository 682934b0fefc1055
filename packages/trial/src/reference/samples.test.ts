import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { trialBatch } from '../trial-batch.ts'
import { allPoints, drawMinibatch, passesOf, tilesOf } from './samples.ts'

describe('drawMinibatch', () => {
  it('takes words of Philox blocks in turn, scaled to the points', () => {
    // the published answer for counter 0 and key 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8 (Random123, kat_vectors)
    const batch = { ...trialBatch(exampleSpec({ problem: { points: 10 } }), [0]), minibatchKey: [0, 0] as const }
    const words = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]
    const drawn = drawMinibatch(batch, 6, 0, 0)
    expect(drawn.slice(0, 4)).toEqual(words.map((word) => Math.floor((word * 10) / 2 ** 32)))
    expect(drawn).toHaveLength(6)
  })

  it('depends on trial and step, and not on the size asked for', () => {
    const batch = trialBatch(exampleSpec({ problem: { points: 1000 } }), [0])
    const drawn = drawMinibatch(batch, 8, 5, 3)
    expect(drawMinibatch(batch, 5, 5, 3)).toEqual(drawn.slice(0, 5))
    expect(drawMinibatch(batch, 8, 6, 3)).not.toEqual(drawn)
    expect(drawMinibatch(batch, 8, 5, 4)).not.toEqual(drawn)
    expect(drawMinibatch(batch, 8, 5 + 2 ** 32, 3)).not.toEqual(drawn)
  })

  it('draws every point about equally often', () => {
    // 4000 draws of 4 points: 1000 +- 27; bounds at six standard deviations, 1e-8 for a false alarm
    const batch = trialBatch(exampleSpec({ problem: { points: 4 } }), [0])
    const drawn = Array.from({ length: 100 }, (_, step) => drawMinibatch(batch, 40, 0, step)).flat()
    for (const point of allPoints(4)) {
      expect(Math.abs(drawn.filter((d) => d === point).length - 1000)).toBeLessThan(165)
    }
  })
})

describe('tilesOf', () => {
  it('cuts tiles of 32 for widths below 8 and of 16 from 8 on, the last one short', () => {
    const lengths = (width: number) => tilesOf(allPoints(40), [1, width, 1]).map((tile) => tile.length)
    expect(lengths(7)).toEqual([32, 8])
    expect(lengths(8)).toEqual([16, 16, 8])
    expect(tilesOf([3, 1, 2], [1, 2, 1])).toEqual([[3, 1, 2]])
  })
})

describe('passesOf', () => {
  const samples = allPoints(40)

  it('sends tile after tile through a network whose samples do not see each other', () => {
    for (const normalization of [undefined, 'layer'] as const) {
      const shape = { sizes: [1, 9, 1], activation: { kind: 'relu' }, ...(normalization && { normalization }) } as const
      const passes = passesOf(samples, shape)
      expect(passes.map((tiles) => tiles.map(({ points, row, isFirst }) => [points.length, row, isFirst]))).toEqual([
        [[16, 0, true]],
        [[16, 0, false]],
        [[8, 0, false]],
      ])
    }
  })

  it('sends all tiles together where a batch normalization sees all samples', () => {
    const shape = { sizes: [1, 9, 1], activation: { kind: 'relu' }, normalization: 'batch' } as const
    const [tiles, ...others] = passesOf(samples, shape)
    expect(others).toEqual([])
    expect(tiles?.map(({ points, row, isFirst }) => [points[0], row, isFirst])).toEqual([
      [0, 0, true],
      [16, 16, false],
      [32, 32, false],
    ])
  })
})
