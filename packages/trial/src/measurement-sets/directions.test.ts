import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { directions } from './directions.ts'
import { columnsByName, observedExample } from './measured-example.ts'

describe('directions', () => {
  it('sees units align to the extremal direction of |x| while the network is still small', async () => {
    const std = 1e-4
    const spec = exampleSpec({
      depth: 2,
      width: 16,
      network: { initialization: { kind: 'small', std }, bias: { kind: 'normal', std } },
      problem: { points: 16, domain: [-1, 1] },
      training: { steps: 301, optimizer: { kind: 'sgd', learningRate: 0.2, momentum: 0 } },
    })
    const trials = await observedExample(directions, spec, [0, 1, 2])
    const { clusters, extremalLargest, extremalMean } = columnsByName(directions, trials)
    /*
     * |x| - 1/2, symmetric: D of the points above or below 0 leads along (1, 0) and (-1, 0), the two attractors, at 1/12 of the time; so at
     * step 300, time 60, units have grown e^5 times to some 1e-2. Moments 1, 3, 10, 30, 100, 300, end, at 2, 5 and 10 degrees.
     */
    for (let lane = 0; lane < 3; lane += 1) {
      const [first, aligned] = [7 * lane, 7 * lane + 5]
      expect(extremalMean![first]).toBeGreaterThan(10)
      expect(extremalLargest![first]).toBeGreaterThan(extremalMean![first]!)
      expect(extremalLargest![aligned]).toBeLessThan(2)
      expect(clusters![3 * first]).toBeGreaterThan(4)
      expect(clusters![3 * aligned]).toBeLessThanOrEqual(2)
    }
  })

  it('has angles to extremal directions where they are predicted alone, and clusters of deeper layers', async () => {
    const spec = exampleSpec({ depth: 4, width: 4, problem: { points: 16 }, training: { steps: 4 } })
    const { deeperClusters, extremalMean, linear } = columnsByName(directions, await observedExample(directions, spec, [0, 1]))
    expect([...extremalMean!]).toEqual(Array<number>(6).fill(Number.NaN))
    // three moments of two layers of two trials; he-normal weights are kept and apart where the layer below lives
    expect(deeperClusters).toHaveLength(12)
    expect(Math.max(...deeperClusters!)).toBeGreaterThan(1)
    expect(linear).toHaveLength(6)
  })
})
