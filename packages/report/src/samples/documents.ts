import type { BornDeadTheory, CellDocument, SweepDocument } from '@collapsar/sweep'

/** What a sample cell says; the rest is filled in consistently. */
export interface SampleCell {
  readonly depth: number
  readonly width: number
  readonly trials?: number
  readonly inits?: number
  readonly gaps?: number
  readonly bornDead?: number
  readonly died?: number
  readonly interval?: readonly [low: number, high: number]
  readonly theory?: Partial<BornDeadTheory>
  readonly axes?: Readonly<Record<string, unknown>>
}

const NO_THEORY: BornDeadTheory = { lower: null, upper: null, exact: null, simulated: null }

export function sampleCell(sample: SampleCell): CellDocument {
  const { depth, width, trials = 1000, gaps = 0, bornDead = 0, died = 0, axes } = sample
  const [low, high] = sample.interval ?? wilson(bornDead + died, trials)
  const id = `${depth}-${width}-${JSON.stringify(axes ?? {})}`
  return {
    cell: `c1_${id}`,
    depth,
    hiddenLayers: depth - 1,
    width,
    ...(axes !== undefined && { axes }),
    inits: sample.inits ?? trials + gaps,
    trials,
    gaps,
    outcomes: {
      born_dead: bornDead,
      died_in_training: died,
      collapsed_functional: 0,
      partially_collapsed: 0,
      converged: trials - bornDead - died,
      stalled: 0,
      unfinished: 0,
      diverged: 0,
    },
    collapse: {
      estimate: trials === 0 ? null : (bornDead + died) / trials,
      low,
      high,
      level: 0.95,
      method: 'confidence-sequence',
    },
    stratified: null,
    pieces: trials === 0 ? { mean: null, median: null, max: null } : { mean: 2.5, median: 2, max: 7 },
    loss: trials === 0 ? { median: null, best: null } : { median: 0.25, best: 1.5e-7 },
    theory: { bornDead: { ...NO_THEORY, ...sample.theory }, pieces: { maximum: null, linear: null }, inactive: null },
    alarms: [],
    engine: trials === 0 ? null : 'cpu',
    numerics: 'ieee-f32/1',
    digest: trials === 0 || gaps > 0 ? null : `d-${id}-${bornDead}-${died}`,
  }
}

export function sampleDocument(name: string, cells: readonly SampleCell[], state = 'done'): SweepDocument {
  const documents = cells.map(sampleCell)
  const trials = documents.reduce((sum, cell) => sum + cell.trials, 0)
  return { sweep: { id: 's_01', name, state, setting: 'abs, relu, he-normal, zero bias', trials, reused: 0, seconds: 12.5 }, cells: documents }
}

/** The Wilson score interval (Wilson 1927), only to give samples a plausible width. */
function wilson(successes: number, trials: number): readonly [number, number] {
  if (trials === 0) return [0, 1]
  const [z, p] = [1.959964, successes / trials]
  const centre = (p + (z * z) / (2 * trials)) / (1 + (z * z) / trials)
  const half = (z * Math.sqrt((p * (1 - p)) / trials + (z * z) / (4 * trials * trials))) / (1 + (z * z) / trials)
  return [successes === 0 ? 0 : centre - half, successes === trials ? 1 : centre + half]
}

/**
 * P(born dead) of He networks without biases on the line, by depth; Monte Carlo with 4e5 to 4e6 networks a
 * value, standard errors below 6e-5 up to width 3 and below 8e-4 beyond. Depth 3 at widths 1 and 2 and all of
 * width 1 agree with the closed forms of Lu, Shin, Su, Karniadakis (2020), arXiv:1903.06733.
 */
export const BORN_DEAD_DEPTHS = [3, 5, 8, 10, 15, 20, 30] as const
export const BORN_DEAD: ReadonlyMap<number, readonly number[]> = new Map([
  [1, [0.49984, 0.87488, 0.98438, 0.99609, 0.99988, 1, 1]],
  [2, [0.15613, 0.49796, 0.78645, 0.8798, 0.97137, 0.9932, 0.9996]],
  [3, [0.04295, 0.20637, 0.45242, 0.57888, 0.78332, 0.88888, 0.97076]],
  [4, [0.01123, 0.07262, 0.20496, 0.29418, 0.48484, 0.62693, 0.80452]],
  [5, [0.00289, 0.02416, 0.08232, 0.12862, 0.24719, 0.35561, 0.53065]],
  [6, [0.00077, 0.00752, 0.03061, 0.05199, 0.11255, 0.17614, 0.29384]],
  [8, [0.00003, 0.00071, 0.00424, 0.00787, 0.02054, 0.03585, 0.07022]],
  [10, [0.00001, 0.0001, 0.00067, 0.00132, 0.00381, 0.00696, 0.01479]],
])

/** A map of the born dead alone, as a sweep without training measures it: counts are the expected ones. */
export function bornDeadSample(trials = 1000): SweepDocument {
  const cells = [...BORN_DEAD].flatMap(([width, values]) =>
    values.map((value, index) => ({
      depth: BORN_DEAD_DEPTHS[index]!,
      width,
      trials,
      bornDead: Math.round(value * trials),
      theory: { simulated: { estimate: value, standardError: 0.0008 } },
    })),
  )
  return sampleDocument('born-dead', cells)
}
