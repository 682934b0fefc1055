// The peak that shares are of: fmas that never leave their registers, in a kernel of our own language, on the device itself.
import { KernelBuilder } from '../../kernels/dist/kernel-builder.js'

const THREADS = 256
/** Independent fmas of a thread: more than any device has in flight for one. */
const CHAINS = 16
const UNROLLED = 8
/** Workgroups over those that run side by side, so that none of the device idles. */
const OVERCOMMITMENT = 4
/** Long enough that starting and waiting count for under one part in a hundred. */
const LAUNCH_MS = 150
const MOST_ROUNDS = 1 << 24
/** x <- FACTOR x + SUMMAND stays near 1. */
const [FACTOR, SUMMAND] = [0.75, 0.25]

/** Each thread makes `rounds` times CHAINS * UNROLLED fmas, and stores the sum of what came out. */
export function peakKernel(precision) {
  const k = new KernelBuilder(precision)
  const sums = k.buffer('sums', 'float', 'write')
  const [rounds, factor, summand] = [k.scalar('rounds', 'word'), k.scalar('factor', 'float'), k.scalar('summand', 'float')]
  const index = k.addWords(k.multiplyWords(k.workgroup(), k.word(THREADS)), k.thread())
  const start = k.convert(k.thread())
  const chains = Array.from({ length: CHAINS }, (_, i) => k.variable(k.add(start, k.float(i))))
  k.for({ to: rounds }, () => {
    for (let i = 0; i < UNROLLED; i++) {
      for (const chain of chains) k.set(chain, k.fma(chain.value, factor, summand))
    }
  })
  k.store(sums, index, chains.reduce((sum, { value }) => k.add(sum, value), k.float(0)))
  return k.finish({ name: 'fma_peak', threads: THREADS })
}

/** A function that measures once more, in GFLOP/s; and the seconds that translating the kernel took. */
export async function createPeak(device, precision) {
  const groups = OVERCOMMITMENT * Math.ceil(device.limits.threads / THREADS)
  const started = performance.now()
  const kernel = await device.load(peakKernel(precision))
  const translationSeconds = (performance.now() - started) / 1000
  const sums = await device.allocate(precision === 'f64' ? new Float64Array(groups * THREADS) : new Float32Array(groups * THREADS))
  const milliseconds = async (rounds) => {
    const begun = performance.now()
    await kernel.launch(groups, [sums], [rounds, FACTOR, SUMMAND])
    return performance.now() - begun
  }
  let rounds = 1
  await milliseconds(rounds)
  for (let took = 0; took < LAUNCH_MS && rounds < MOST_ROUNDS; rounds *= 2) took = await milliseconds(2 * rounds)
  return {
    translationSeconds,
    measure: async () => (2 * CHAINS * UNROLLED * rounds * groups * THREADS) / (await milliseconds(rounds)) / 1e6,
    release: () => sums.release(),
  }
}
