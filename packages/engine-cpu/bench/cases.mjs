// What is measured, and what is aimed at. All in binary32 with relu, mse and Adam; depth counts affine layers.

/**
 * `tolerance`: how close a peer's losses must come, relatively. At width 32 twenty steps fit a network so well that its loss is
 * small beside the terms it is made of, and rounding counts for more.
 * Ratios are over the fastest formulation of a peer on one core; shares are of the FMA peak of one core.
 */
export const CASES = [
  {
    id: 'W1',
    depth: 10,
    width: 2,
    points: 128,
    batch: 'full',
    tolerance: 1e-3,
    goals: { share: 0.7, share64: 0.68, stacked: 20, single: 2900, tfjs: 300, scaling: 1.95 },
    networks: { ours: 256, elementwise: [128, 512, 1024], matrix: [128, 1024], tfjs: [64, 256] },
  },
  {
    id: 'W2',
    depth: 21,
    width: 8,
    points: 128,
    batch: 'full',
    tolerance: 1e-3,
    goals: { share: 0.85, share64: 0.72, stacked: 14, single: 190, tfjs: 140, scaling: 1.95 },
    networks: { ours: 32, elementwise: [16, 64, 256], matrix: [32, 128, 512], tfjs: [16, 64] },
  },
  {
    id: 'W3',
    depth: 10,
    width: 32,
    points: 128,
    batch: 'full',
    tolerance: 1e-2,
    goals: { share: 0.83, stacked: 4, single: 20, tfjs: 55, scaling: 1.95 },
    networks: { ours: 16, elementwise: [], matrix: [8, 32, 128], tfjs: [8, 32] },
  },
  {
    id: 'W4',
    depth: 10,
    width: 2,
    points: 1024,
    batch: 32,
    tolerance: 1e-3,
    goals: { share: 0.6, stacked: 20, single: 8000, tfjs: 270, scaling: 1.95 },
    networks: { ours: 256, elementwise: [256, 1024, 4096], matrix: [256, 1024], tfjs: [64, 256] },
  },
]

/** Widths between: measured without peers alone, while working on the kernels. */
export const KERNEL_CASES = [4, 5].map((width) => ({
  id: `width ${width}`,
  depth: 12,
  width,
  points: 128,
  batch: 'full',
  goals: { share: 0.7, scaling: 1.95 },
  networks: { ours: 64 },
}))

/** Steps after which a peer must have our losses. */
export const CHECK = { networks: 16, steps: 20 }

export const LEARNING_RATE = 1e-3

/** Samples of one step. */
export const samplesOf = ({ batch, points }) => (batch === 'full' ? points : batch)

/** By convention 6 a weight and sample: forward, derivative and gradient; biases, activations and Adam are free. */
export const flopsPerStep = (test) => 6 * (2 * test.width + (test.depth - 2) * test.width ** 2) * samplesOf(test)

export const describe = ({ id, depth, width, points, batch }) =>
  `${id}: depth ${depth}, width ${width}, ${batch === 'full' ? `full batch of ${points}` : `minibatch ${batch} of ${points}`}`
