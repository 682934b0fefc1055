import { oneRayBornDead, twoRayBornDead } from '@collapsar/statistics'
import type { TrialSpec } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import type { Measurement } from './measurement.ts'
import { verdictOf } from './measurement.ts'
import { bornDeadReference } from './references/born-dead.ts'
import { COLLAPSE_SURFACE } from './references/collapse-surface.ts'
import { binomialCount, simulatedSweep, uniforms } from './samples/evidence.ts'
import { TARGETS } from './targets/index.ts'
import type { Target } from './target.ts'

type Law = (spec: TrialSpec) => number

const chains = new Map<number, ReturnType<typeof twoRayBornDead>>()

/** P(born dead) on both rays by the recursion of the two rays, which the tables were not made with. */
const twoRays: Law = ({ depth, width }) => {
  const curve = chains.get(width) ?? twoRayBornDead({ width, maxDepth: 30, repetitions: 20_000 })
  chains.set(width, curve)
  return curve.find((point) => point.depth === depth)!.estimate
}

const safeRegion: Law = (spec) =>
  spec.training.steps === 0
    ? twoRays(spec)
    : COLLAPSE_SURFACE.find(({ depth, width }) => depth === spec.depth && width === spec.width)!.collapse

/** Laws under which a target's references were made, and one comparison whose truth is moved. */
const CASES: readonly { name: string; law: Law; moved: string; at: (spec: TrialSpec) => boolean }[] = [
  { name: 'born-dead-depth', law: twoRays, moved: 'born dead, depth 10, width 4', at: ({ depth, width }) => depth === 10 && width === 4 },
  { name: 'headline-collapse', law: () => 0.926, moved: 'P(collapse), independent simulation of 50,000 steps', at: () => true },
  { name: 'ten-layer-widths', law: ({ depth, width }) => bornDeadReference(depth, width).probability, moved: 'width 5, independent simulation', at: ({ width }) => width === 5 },
  { name: 'safe-region', law: safeRegion, moved: 'P(collapse) after training, depth 5, width 3', at: ({ depth, width, training }) => training.steps > 0 && depth === 5 && width === 3 },
  { name: 'abs-2d-collapse', law: () => 0.747, moved: 'P(collapse), independent simulation', at: () => true },
  { name: 'other-targets', law: () => 0.93, moved: 'x sin 5x: P(collapse), independent simulation', at: ({ problem }) => problem.target === 'x-sin-5x' },
  { name: 'depth-law', law: twoRays, moved: '', at: () => false },
  { name: 'one-ray', law: (spec) => oneRayBornDead(spec), moved: 'born dead, one ray, one input, depth 10, width 3', at: ({ depth, width, problem }) => depth === 10 && width === 3 && problem.inputDim === 1 },
]

function judged(target: Target, law: Law, seed: number): readonly Measurement[] {
  const next = uniforms(seed)
  const draw = (spec: TrialSpec, inits: number) => ({ bornDead: binomialCount(inits, law(spec), next()) })
  return target.judge(target.sweeps('quick').map((sweep) => simulatedSweep(sweep, draw)))
}

const targetNamed = (name: string) => TARGETS.find((target) => target.name === name)!
const ROUNDS = 20

describe('the judges, on trials drawn from the law of their references', () => {
  // Each target fails with probability 1e-3 at most; two failures of 20 rounds come with probability 2e-4.
  it.each(CASES)('$name passes', ({ name, law }) => {
    const verdicts: string[] = []
    for (let round = 0; round < ROUNDS; round += 1) verdicts.push(verdictOf(judged(targetNamed(name), law, round)))
    expect(verdicts.filter((verdict) => verdict === 'fail').length).toBeLessThan(2)
    expect(verdicts.filter((verdict) => verdict === 'pass').length).toBeGreaterThan(0)
  })

  // A deviation that is seen with probability 0.8 is missed in 12 or more of 20 rounds with probability 1e-4.
  it.each(CASES.filter(({ moved }) => moved !== ''))('$name sees the deviations that it says it would', ({ name, law, moved, at }) => {
    const target = targetNamed(name)
    const comparisonOf = (measurements: readonly Measurement[]) => measurements.find(({ what }) => what === moved)!
    const { detectable } = comparisonOf(judged(target, law, 0))
    for (const deviation of [-detectable.below!, detectable.above!]) {
      let seen = 0
      for (let round = 0; round < ROUNDS; round += 1) {
        const measurements = judged(target, (spec) => law(spec) + (at(spec) ? deviation : 0), round)
        if (comparisonOf(measurements).verdict === 'fail') seen += 1
      }
      expect(seen, `${moved} moved by ${deviation}`).toBeGreaterThan(ROUNDS - 12)
    }
  })

  it('fail as a whole when one comparison fails', () => {
    const off = judged(targetNamed('ten-layer-widths'), () => 0.3, 1)
    expect(verdictOf(off)).toBe('fail')
  })
})
