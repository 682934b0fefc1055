import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { distinctFunctions } from '../measurements/distinct-functions.ts'
import { functions } from './functions.ts'
import { columnsByName, givenExample } from './measured-example.ts'

const abs = [1, -1, 0, 0, 1, 1, 0]

describe('functions', () => {
  it('has the values on data and grid', async () => {
    const spec = exampleSpec({ depth: 2, width: 2, problem: { points: 4, domain: [-1, 1] }, training: { steps: 0 } })
    const { onData, onGrid } = columnsByName(functions, await givenExample(spec, [abs]))
    expect([...onData!]).toEqual([0.75, 0.25, 0.25, 0.75])
    // |x| at -1.5, ..., 1.5, 3 / 64 apart
    expect([...onGrid!]).toEqual(Array.from({ length: 65 }, (_, i) => Math.abs(3 * i - 96) / 64))
  })

  it('takes 64 points of more, evenly', async () => {
    const spec = exampleSpec({ depth: 2, width: 2, problem: { points: 128, domain: [0, 128] }, training: { steps: 0 } })
    const { onData } = columnsByName(functions, await givenExample(spec, [abs]))
    expect([...onData!]).toEqual(Array.from({ length: 64 }, (_, i) => 2 * i + 0.5))
  })

  it('finds functions that are equal on the data and not outside', async () => {
    // the second is |x| and relu(x - 1) on top
    const spec = exampleSpec({ depth: 2, width: 3, problem: { points: 8, domain: [-1, 1] }, training: { steps: 0 } })
    const networks = [[1, -1, 1, 0, 0, -1, 1, 1, 0, 0], [1, -1, 1, 0, 0, -1, 1, 1, 1, 0]]
    const { onData, onGrid } = columnsByName(functions, await givenExample(spec, networks))
    expect(distinctFunctions(onData as Float32Array, 8, 0.01).count).toBe(1)
    expect(distinctFunctions(onGrid as Float32Array, 65, 0.01).count).toBe(2)
  })

  it('has both outputs of the data alone for two inputs', async () => {
    const spec = exampleSpec({
      depth: 2,
      width: 2,
      problem: { target: 'abs-2d', inputDim: 2, points: 4, domain: [-1, 1] },
      training: { steps: 0 },
    })
    // (relu(x1), relu(x2)) at (+-1/2, +-1/2), the second coordinate fastest
    const columns = columnsByName(functions, await givenExample(spec, [[1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]]))
    expect(Object.keys(columns)).toEqual(['onData'])
    expect([...columns['onData']!]).toEqual([0, 0, 0, 0.5, 0.5, 0, 0.5, 0.5])
  })
})
