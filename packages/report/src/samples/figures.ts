import type { FigureData } from '../figures.ts'
import { bestOfCurves, lossCurves, piecesCurves } from '../figures/measured-curves.ts'

const CAPTIONS = { subtitle: 'abs, relu, he-normal, zero bias; 1,000 initializations', digest: '0123456789ab' }

/** A small generator (Park and Miller 1988, "minimal standard"), so that samples look like data and stay the same. */
export function uniforms(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

/** |x| by a network of three pieces that has missed the left end. */
export function functionSample(): FigureData['function'] {
  const network = [[-1.732, 1.2], [-1.1, 1.05], [-0.02, 0.03], [1.732, 1.71]].map(([x, y]) => ({ x: x!, y: y! }))
  const xs = Array.from({ length: 40 }, (_, index) => -1.732 + (3.464 * (index + 0.5)) / 40)
  return {
    ...CAPTIONS,
    title: 'trial 17 of depth 4, width 3',
    network,
    target: [-1.732, 0, 1.732].map((x) => ({ x, y: Math.abs(x) })),
    data: xs.map((x) => ({ x, y: Math.abs(x) })),
    breakpoints: [-1.1, -0.02],
    pieces: { count: 3 },
  }
}

/** Units that turn from random directions towards three predicted ones while they grow. */
export function directionsSample(units = 60): FigureData['directions'] {
  const uniform = uniforms(7)
  const ends = [0.6, 2.2, -2.0]
  return {
    ...CAPTIONS,
    title: 'directions of the first layer',
    radius: { label: 'amplitude' },
    units: Array.from({ length: units }, (_, unit) => {
      const [start, end] = [2 * Math.PI * uniform() - Math.PI, ends[unit % 3]!]
      const spread = 0.06 * (uniform() - 0.5)
      const trace = Array.from({ length: 12 }, (_, time) => ({
        angle: start + (end + spread - start) * Math.min(1, time / 7),
        radius: 1e-4 * 10 ** ((time / 11) * (3 + 0.4 * uniform())),
      }))
      return { trace, group: unit % 3 === 1 ? 'output weight below 0' : 'output weight above 0' }
    }),
    rays: ends.map((angle, index) => ({ angle, label: `${((180 * angle) / Math.PI + (angle < 0 ? 360 : 0)).toFixed(0)}°, extremal ${index + 1}` })),
  }
}

export function histogramSample(): FigureData['histogram'] {
  return {
    ...CAPTIONS,
    title: 'pieces at the end of training',
    x: { label: 'affine pieces' },
    bounds: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    counts: [120, 31, 88, 160, 204, 190, 121, 86],
    rules: [{ value: 5.5, label: 'median: 5' }, { value: 6.1, label: 'expected at initialization: 6.1' }],
  }
}

export function verdictsSample(): FigureData['verdicts'] {
  return {
    title: 'Lu, Su, Karniadakis (2018); Lu, Shin, Su, Karniadakis (2020)',
    digest: '0123456789ab',
    rows: [
      {
        name: 'P(collapse) of |x|, depth 10, width 2',
        published: 'more than 90%, about 93%',
        measured: { value: 0.926, low: 0.892, high: 0.9525 },
        accept: [0.9, 0.952],
        verdict: 'pass',
        numbers: 'percent',
      },
      {
        name: 'born dead, depth 10, width 3',
        published: { value: 0.5785, low: 0.5784, high: 0.5786 },
        measured: { value: 0.641, low: 0.62, high: 0.662 },
        accept: [0.572, 0.586],
        verdict: 'fail',
        numbers: 'percent',
      },
      { name: 'slope of -ln(1-P), width 2', published: { value: 0.2877 }, measured: { value: 0.29, low: 0.25, high: 0.33 }, accept: [0.273, 0.302], verdict: 'undecided' },
      { name: 'few functions', published: null, measured: { value: 6 }, accept: [-Infinity, 8], verdict: 'pass' },
    ],
  }
}

export function lossSample(): FigureData['curves'] {
  const steps = [1, 3, 10, 30, 100, 300, 1000, 3000]
  const quantiles = (step: number, index: number) => ({
    step,
    q05: index > 5 ? 1e-7 / step : 0.4 / (1 + step / 20),
    q25: 0.5 / (1 + step / 40),
    median: 0.6 / (1 + step / 300),
    q75: 0.7 / (1 + step / 900),
    q95: 0.95,
  })
  return lossCurves({ ...CAPTIONS, title: 'loss in training' }, steps.map(quantiles))
}

export function bestOfSample(): FigureData['curves'] {
  const counts = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 333]
  const points = counts.map((count) => {
    const mean = 0.24 * 0.926 ** count + 1e-4
    return { count, mean, low: mean * 0.85, high: mean * 1.18 }
  })
  const bound = counts.map((count) => ({ count, mean: 0.24 * 0.8 ** count + 1e-9 })).slice(0, 9)
  return bestOfCurves({ ...CAPTIONS, title: 'the best of K', notes: ['Interval: 95%, for all K at once.'] }, { points, bound, constant: 0.25 })
}

export function piecesSample(): FigureData['curves'] {
  const widths = [2, 4, 8].map((width) => ({
    width,
    depths: [2, 4, 6, 8, 10].map((depth) => {
      const expected = 1 + 0.75 * width * (depth - 1)
      return { depth, mean: 0.9 * expected, lower: 0.6 * expected, upper: 1.3 * expected, expected, maximum: (width + 1) ** (depth - 1) }
    }),
  }))
  return piecesCurves({ ...CAPTIONS, title: 'affine pieces at initialization' }, widths)
}
