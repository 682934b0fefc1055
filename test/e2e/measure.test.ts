import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { collapsar } from '../support/collapsar.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar measure '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** |x1| + |x2| on [-1, 2] x [-3, 1], with changes. */
function written(name: string, changes: object): string {
  const layers = [
    { weights: [[1, 0], [-1, 0], [0, 1], [0, -1]], biases: [0, 0, 0, 0] },
    { weights: [[1, 1, 1, 1]], biases: [0] },
  ]
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify({ activation: 'relu', layers, box: [[-1, 2], [-3, 1]], ...changes }))
  return path
}

describe('collapsar measure, with two inputs', () => {
  it('counts the four quadrants of |x1| + |x2| on a box', async () => {
    const { code, stdout } = await collapsar(['measure', written('box.json', {}), '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ pieces: 4, regions: 4, nearTies: 0, truncated: false, deadLayer: 0, range: 5 })
  })

  it('marks counts that were given up as lower bounds', async () => {
    const network = written('truncated.json', { mostCells: 3 })
    expect(JSON.parse((await collapsar(['measure', network, '--json'])).stdout)).toMatchObject({ regions: 2, truncated: true })
    const { stdout } = await collapsar(['measure', network])
    expect(stdout).toMatch(/^regions +at least 2 \(a lower bound/m)
    expect(stdout).toMatch(/^pieces +at least 2 \(a lower bound/m)
  })

  it.each([
    ['turned', { box: [[2, -1], [-3, 1]] }, 'invalid box[0]: [2,-1] (expected [low, high] with low < high)'],
    ['flat', { box: [[0, 1]] }, 'invalid box: [[0,1]] (expected a list of 2)'],
    ['text', { box: 'all' }, 'invalid box: "all"'],
    ['both', { segments: [[[0, 0], [1, 1]]] }, 'none beside a box'],
    ['bound', { mostCells: 1.5 }, 'invalid mostCells: 1.5 (expected an integer of at least 1)'],
    ['none', { box: undefined }, 'a list of [p, q], or a box, for several inputs'],
  ])('refuses a %s box by its field', async (name, changes, message) => {
    const { code, stderr, stdout } = await collapsar(['measure', written(`${name}.json`, changes), '--json'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain(message)
  })
})
