import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { facts } from './facts.ts'
import { columnsByName, givenExample } from './measured-example.ts'

describe('facts', () => {
  it('says of a collapsed trial which constant it is, and of another that it is none', async () => {
    // |x| at -0.75, -0.25, 0.25, 0.75: the mean is 1/2, amid the medians, so the loss decides; both units of two of the networks are dead
    const spec = exampleSpec({ depth: 2, width: 2, problem: { points: 4, domain: [-1, 1] }, training: { steps: 0 } })
    const constant = (value: number): number[] => [1, -1, -2, -2, 1, 1, value]
    const networks = [[1, -1, 0, 0, 1, 1, 0], constant(0.5), constant(0.51), constant(0.1)]
    const { collapseState, deadShare } = columnsByName(facts, await givenExample(spec, networks))
    expect([...collapseState!]).toEqual([0, 1, 1, 4])
    expect([...deadShare!]).toEqual([0, 1, 1, 1])
    const mae = { ...spec, training: { ...spec.training, loss: 'mae' as const } }
    expect([...columnsByName(facts, await givenExample(mae, networks))['collapseState']!]).toEqual([0, 2, 2, 4])
  })

  it('gives the share of the points behind a dead layer', async () => {
    // relu(x - 1/2) is 0 for three of four points
    const spec = exampleSpec({ depth: 2, width: 1, problem: { points: 4, domain: [-1, 1] }, training: { steps: 0 } })
    const { collapseState, deadPoints, deadShare } = columnsByName(facts, await givenExample(spec, [[1, -0.5, 1, 0]]))
    expect([deadPoints![0], deadShare![0], collapseState![0]]).toEqual([3, 0.75, 0])
  })
})
