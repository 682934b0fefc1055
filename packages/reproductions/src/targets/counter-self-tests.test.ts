import type { Histogram } from '@collapsar/sweep'
import { initialParameters } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { verdictOf } from '../measurement.ts'
import { uniforms } from '../samples/evidence.ts'
import { simulatedTarget } from '../samples/simulated-target.ts'
import type { CellEvidence } from '../target.ts'
import { counterSelfTests } from './counter-self-tests.ts'
import { countDeadUnits } from './dead-units.ts'

const ROUNDS = 20
/** Sweeps of the target: sawtooths, three laws of the first layer, second layers. */
const [TEETH, SECOND_LAYERS] = [0, 4]

/** P(-b / w in [-sqrt 3, sqrt 3]), by hand: 2 / pi atan(sqrt 6 / std), and 1 - 1 / (2 sqrt 3). */
const TURNING = [(2 / Math.PI) * Math.atan(Math.sqrt(6) / 0.1), (2 / Math.PI) * Math.atan(Math.sqrt(6)), 1 - 1 / (2 * Math.sqrt(3))]

function histogram(values: readonly number[]): Histogram {
  const bins = [...new Set(values)].toSorted((a, b) => a - b)
  return { bins, counts: bins.map((bin) => values.filter((value) => value === bin).length) }
}

/** Units that turn independently, `moved` pieces more in the mean in networks of 16 of the first law; no second layers. */
function judged(seed: number, moved = 0) {
  const next = uniforms(seed)
  const evidence = simulatedTarget(counterSelfTests, ({ spec, tally }, sweep): Partial<CellEvidence> => {
    if (sweep === TEETH || sweep === SECOND_LAYERS) return { tally: { ...tally, pieces: { bins: [2 ** (spec.depth - 1)], counts: [tally.trials] } } }
    const turning = TURNING[sweep - 1]! + (sweep === 2 && spec.width === 16 ? moved / 16 : 0)
    const turns = () => Array.from({ length: spec.width }, next).filter((uniform) => uniform < turning).length
    return { tally: { ...tally, pieces: histogram(Array.from({ length: tally.trials }, () => 1 + turns())) } }
  })
  return counterSelfTests.judge(evidence.slice(0, SECOND_LAYERS))
}

describe('the self-tests of the counters', () => {
  // The target fails with probability 1e-3 at most; two failures of 20 rounds come with probability 2e-4.
  it('pass on sawtooths of 2^m pieces and units that turn with the probability of their law', () => {
    const verdicts = Array.from({ length: ROUNDS }, (_, round) => verdictOf(judged(round)))
    expect(verdicts.filter((verdict) => verdict === 'fail').length).toBeLessThan(2)
    expect(verdicts).toContain('pass')
  })

  // A deviation that is seen with probability 0.8 is missed in 12 or more of 20 rounds with probability 1e-4.
  it('see the deviations that they say they would', () => {
    const comparisonOf = (measurements: ReturnType<typeof judged>) =>
      measurements.find(({ what }) => what === 'mean pieces of one hidden layer, he-normal, biases of 1, width 16')!
    const { below, above } = comparisonOf(judged(0)).detectable
    for (const moved of [-below!, above!]) {
      const seen = Array.from({ length: ROUNDS }, (_, round) => comparisonOf(judged(round, moved)).verdict).filter((verdict) => verdict === 'fail')
      expect(seen.length).toBeGreaterThan(ROUNDS - 12)
    }
  })

  it('fail on one piece more or less', () => {
    const evidence = simulatedTarget(counterSelfTests, ({ spec, tally }) => ({
      tally: { ...tally, pieces: { bins: [2 ** (spec.depth - 1) + (spec.depth === 9 ? 1 : 0)], counts: [tally.trials] } },
    }))
    const failed = counterSelfTests.judge(evidence.slice(0, 1)).filter(({ verdict }) => verdict === 'fail')
    expect(failed.map(({ what }) => what)).toEqual(['plain', 'lipschitz'].map((variant) => `sawtooth, ${variant}, 8 hidden layers: another number of pieces`))
  })

  it('count dead units with the probability of the formula, and with another one without biases', () => {
    const verdictsOf = (bias: CellEvidence['spec']['network']['bias']) => {
      const evidence = simulatedTarget(counterSelfTests, ({ spec }) => ({ spec: { ...spec, network: { ...spec.network, bias } } }))
      const measurements = counterSelfTests.judge([{ ...evidence[0]!, cells: [] }, ...evidence.slice(1, 4).map((sweep) => ({ ...sweep, cells: [] })), evidence[4]!])
      return measurements.map(({ measured, verdict }) => ({ verdict, share: measured.estimate! }))
    }
    expect(verdictsOf({ kind: 'normal', std: 2 }).map(({ verdict }) => verdict)).toEqual(['pass', 'pass'])
    // Without biases a unit is dead behind one with probability 1/2; behind two, which share a ray or have one each, with 1/2 or 1/4.
    const [one, two] = verdictsOf({ kind: 'zero' })
    expect([one!.verdict, two!.verdict]).toEqual(['fail', 'fail'])
    expect(one!.share).toBeCloseTo(1 / 2, 1)
    expect(two!.share).toBeCloseTo(3 / 8, 1)
  })

  it('find a unit dead where it is negative at every kink below and far out', () => {
    const { spec } = simulatedTarget(counterSelfTests, () => ({}))[SECOND_LAYERS]!.cells.find((cell) => cell.spec.width === 2)!
    const trials = Array.from({ length: 300 }, (_, trial) => trial)
    const parameters = initialParameters(spec, trials)
    const size = parameters.length / trials.length
    // Layer 1: weights 0 and 1, biases 2 and 3; the first unit of layer 2: weights 4 and 5, bias 8.
    const dead = trials.filter((trial) => {
      const [a, b, c, d, v, w, , , bias] = parameters.subarray(trial * size, (trial + 1) * size) as unknown as number[]
      const valueAt = (x: number) => v! * Math.max(0, a! * x + c!) + w! * Math.max(0, b! * x + d!) + bias!
      return [-1e6, -c! / a!, -d! / b!, 1e6].every((x) => valueAt(x) <= 0)
    })
    expect(countDeadUnits(spec, trials.length)).toBe(dead.length)
    expect(dead.length).toBeGreaterThan(30)
    expect(() => countDeadUnits({ ...spec, depth: 2 }, 1)).toThrow('got 1 inputs and depth 2')
  })
})
