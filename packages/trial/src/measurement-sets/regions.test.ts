import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { segmentsOf } from '../measurements/segment-pieces.ts'
import { trialRecords } from '../measurements/trial-records.ts'
import { streamKey } from '../random/stream-key.ts'
import { fillUniforms } from '../random/uniform.ts'
import { columnsByName, givenExample } from './measured-example.ts'
import { regions } from './regions.ts'

describe('regions', () => {
  it('counts regions of one input behind a layer that hides their kinks', async () => {
    const spec = exampleSpec({ depth: 3, width: 2, problem: { points: 4, domain: [-1, 1] }, training: { steps: 0 } })
    // |x| in two units, then relu(|x| - 1/2) and relu(-|x| - 1): kinks at -1/2, 0 and 1/2, of which the output shows two
    const hidden = [1, -1, 0, 0, 1, 1, -1, -1, -0.5, -1, 1, 1, 0]
    // both units of layer 2 are relu(-|x| - 1): the kink at 0 remains
    const dead = [1, -1, 0, 0, -1, -1, -1, -1, -1, -1, 1, 1, 0]
    const trials = await givenExample(spec, [hidden, dead])
    expect(columnsByName(regions, trials)).toEqual({ regions: Uint32Array.of(4, 2), nearTies: Uint32Array.of(0, 0) })
    expect(trialRecords(trials.batch, trials.trained, [-1, 1]).map(({ pieces }) => pieces)).toEqual([3, 1])
  })

  it('counts the quadrants of two inputs', async () => {
    const spec = exampleSpec({
      depth: 2,
      width: 4,
      problem: { target: 'abs-2d', inputDim: 2, points: 4, domain: [-1, 1] },
      training: { steps: 0 },
    })
    const w = [1, 1, -1, -1, 1, -1, -1, 1, 0, 0, 0, 0]
    // the target itself: kinks on both diagonals; and |x1 + x2| twice, with a kink on one
    const networks = [[...w, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0], [...w, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0]]
    const columns = columnsByName(regions, await givenExample(spec, networks))
    expect(columns).toEqual({
      regions: Uint32Array.of(4, 4),
      pieces: Uint32Array.of(4, 2),
      nearTies: Uint32Array.of(0, 0),
      truncated: Uint8Array.of(0, 0),
    })
  })

  it('takes means along segments for three inputs', async () => {
    const base = exampleSpec({ depth: 2, width: 2, training: { steps: 0 } })
    const spec = { ...base, problem: { ...base.problem, inputDim: 3, points: 30 } }
    const inputs = new Float64Array(90)
    fillUniforms(inputs, 90, { key: [3, 4], trial: 0, tensor: 0 })
    const points = { count: 30, inputDim: 3, outputDim: 1, inputs, targets: inputs.slice(0, 30) }
    // x1, and |x1 - 1/2|: more pieces on the same segments
    const networks = [[1, 0, 0, -1, 0, 0, 9, -9, 1, 0, 0], [1, 0, 0, -1, 0, 0, -0.5, 0.5, 1, 1, 0]]
    const { betweenData, throughMean } = columnsByName(regions, await givenExample(spec, networks, points))
    // the second has one piece more on every segment whose ends are on both sides of x1 = 1/2
    const key = streamKey({ seed: 0, inputDim: 3, depth: 2, width: 2, purpose: 'segments' })
    const { directions, pairs } = segmentsOf(points, key)
    const share = (segments: typeof pairs): number =>
      segments.filter(([p, q]) => p[0]! < 0.5 !== q[0]! < 0.5).length / segments.length
    expect(throughMean![1]! / throughMean![0]!).toBeCloseTo(1 + share(directions), 5)
    expect(betweenData![1]! / betweenData![0]!).toBeCloseTo(1 + share(pairs), 5)
    expect(share(directions)).toBeGreaterThan(0.8)
  })
})
