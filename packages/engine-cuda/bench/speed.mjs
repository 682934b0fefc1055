// Speed of one case: the device's peak, ours and the peers take turns.
import { oursOf, prepareEntrants, resultOf, takeTurn } from '../../engine-cpu/bench/measure.mjs'
import { batchOf, livingNetworks } from '../../engine-cpu/bench/workload.mjs'
import { STEPS } from './gpu-cases.mjs'
import { createPeak } from './peak.mjs'

const never = new AbortController().signal
/** Checks fall at multiples of 32 updates. */
const QUANTUM = 32
/** Different ones, alive; a device trains them over and over, each with draws of its own. */
const LIVING = 256
const SCAN_STEPS = 320
const FEWEST = 1 << 10
const MOST = 1 << 20
/** More networks are tried until a scan takes so long. */
const SCAN_SECONDS = 1
/** A round of ours is cut to this: on a slow device it has fewer updates than a whole training. */
const ROUND_SECONDS = 8

/**
 * @param bench { device, openEngine, cpu, folder, rounds, seconds, steps, networks, late, say }; `networks` is null, or how many to train instead of
 *   what fills the device
 * @returns what docs/gpu.md says of a row of `speed`
 */
export async function measureSpeed(bench, { numerics, peers, test }) {
  const engine = await bench.openEngine()
  const peak = await createPeak(bench.device, numerics === 'ieee-f64/1' ? 'f64' : 'f32')
  try {
    const supported = engine.supports(batchOf(test, { numerics, initial: new Float32Array(0), steps: STEPS }))
    if (supported !== true) return { test, numerics, refused: supported }
    const batch = await batches(bench, { numerics, test })
    const { networks, speed } = await fillDevice(bench, engine, batch)
    const translationSeconds = await translation(bench, batch(networks, 1))
    const steps = quantized(Math.min(bench.steps, (ROUND_SECONDS * speed) / networks))
    const whole = batch(networks, steps)
    const entrants = await prepareEntrants({ engine: bench.cpu, folder: bench.folder, searchSeconds: bench.searchSeconds }, test, peers)
    const { peaks, speeds } = await turns(bench, { ours: () => speedOf(engine, whole), peak, entrants })
    const ours = oursOf(test, speeds, peaks)
    return {
      test,
      numerics,
      networks,
      steps,
      translationSeconds,
      ours,
      trialsPerSecond: { best: ours.stepsPerSecond.best / STEPS, median: ours.stepsPerSecond.median / STEPS },
      goal: test.gpuGoals.trialsPerSecond,
      peers: entrants.map((entrant) => peerOf(entrant, { speeds, networks, translationSeconds })),
    }
  } finally {
    peak.release()
    await engine.close()
  }
}

/** A function that gives the batch of so many networks and steps. */
async function batches({ cpu, networks }, { numerics, test }) {
  const few = Math.min(LIVING, networks ?? LIVING)
  const living = await livingNetworks(cpu, test, numerics === 'ieee-f64/1' ? numerics : 'ieee-f32/1', few)
  return (count, steps) => batchOf(test, { numerics, initial: tiled(living, (living.length / few) * count), steps })
}

async function turns(bench, { entrants, ours, peak }) {
  const [peaks, speeds] = [[], []]
  for (let round = 0; round < bench.rounds && !(round > 0 && bench.late()); round++) {
    peaks.push(await peak.measure())
    speeds.push(await ours())
    for (const entrant of entrants) await takeTurn(entrant, bench.seconds)
  }
  return { peaks, speeds }
}

/** What the first training by a new engine waits for longer than the second: writing the kernel, and the driver's translation. */
async function translation({ openEngine }, batch) {
  const engine = await openEngine()
  const seconds = []
  for (let i = 0; i < 2; i++) {
    const started = performance.now()
    await engine.train(batch, never)
    seconds.push((performance.now() - started) / 1000)
  }
  await engine.close()
  return Math.max(0, seconds[0] - seconds[1])
}

/** The number of networks, 1,024 times a power of 4, that trains fastest; each has its kernel translated before it is timed. */
async function fillDevice({ networks: given, say }, engine, batch) {
  const steps = given === null ? SCAN_STEPS : QUANTUM
  let chosen = null
  for (let networks = given ?? FEWEST; networks <= MOST; networks *= 4) {
    const speed = await warmSpeedOf(engine, batch, { networks, steps }).catch((error) => {
      if (chosen === null) throw error
      say(`  ${networks} networks: ${error.message}`)
      return 0
    })
    if (speed === 0) break
    say(`  ${networks} networks: ${speed.toPrecision(3)} network-steps/s`)
    if (chosen === null || speed > chosen.speed) chosen = { networks, speed }
    if (given !== null || (networks * steps) / speed > SCAN_SECONDS) break
  }
  return chosen
}

async function warmSpeedOf(engine, batch, { networks, steps }) {
  await engine.train(batch(networks, 1), never)
  return speedOf(engine, batch(networks, steps))
}

/** Network-steps/s of one call of `train`, from the arrays of the caller to those of the result. */
async function speedOf(engine, batch) {
  const started = performance.now()
  await engine.train(batch, never)
  return (batch.trials.length * batch.training.steps) / ((performance.now() - started) / 1000)
}

/** Ratios of speeds; `whole` is the same for one training of as many networks as we train, translations and compilations included. */
function peerOf(entrant, { networks, speeds, translationSeconds }) {
  const result = resultOf(entrant, speeds)
  if (result.failed !== undefined) return result
  const compilationSeconds = entrant.peer.compilationSeconds(entrant.chosen)
  const updates = networks * STEPS
  const [ours, theirs] = [Math.max(...speeds), result.stepsPerSecond.best]
  return { ...result, compilationSeconds, whole: (updates / theirs + compilationSeconds) / (updates / ours + translationSeconds) }
}

const quantized = (steps) => QUANTUM * Math.max(1, Math.floor(steps / QUANTUM))

/** The same numbers over and over. */
function tiled(values, length) {
  const result = new values.constructor(length)
  for (let at = 0; at < length; at += values.length) result.set(values.subarray(0, length - at), at)
  return result
}
