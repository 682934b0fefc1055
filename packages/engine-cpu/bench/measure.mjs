// The measurements of one case: ours, the peak and every peer take turns, so that all see the same weather.
import { rmSync } from 'node:fs'
import { join } from 'node:path'

import { fastestOf } from './candidates.mjs'
import { flopsPerStep } from './cases.mjs'
import { median, ourRound, peakOf, peerSpeed, summaryOf } from './timing.mjs'
import { livingNetworks, writeWorkload } from './workload.mjs'

/** Paired rounds of one thread and two: networks enough for both. */
const SCALING_NETWORKS = 2

/**
 * Speed of our engine beside the peak, and of the peers.
 * @param bench { engine, addon, instructionSet, folder, rounds, seconds, late } `late()` ends the rounds early
 * @param peers [{ kind, name, networks, peer }]; those with `peer` null say why in `absent`
 */
export async function measureCase(bench, { test, numerics, peers }) {
  const entrants = await prepareEntrants(bench, test, peers)
  const initial = await livingNetworks(bench.engine, test, numerics, test.networks.ours)
  const ours = await ourRound(bench.engine, test, { numerics, initial, seconds: bench.seconds })
  const peaks = []
  const speeds = []
  for (let round = 0; round < bench.rounds && !(round > 0 && bench.late()); round++) {
    peaks.push(peakOf(bench.addon, bench.instructionSet, numerics))
    speeds.push(await ours())
    for (const entrant of entrants) await takeTurn(entrant, bench.seconds)
  }
  return { test, numerics, ours: oursOf(test, speeds, peaks), peers: entrants.map((entrant) => resultOf(entrant, speeds)) }
}

/** Checks every peer and finds its fastest formulation, each in `searchSeconds` where that is given. */
export async function prepareEntrants({ engine, folder, searchSeconds }, test, peers) {
  if (peers.length === 0) return []
  const workload = join(folder, test.id)
  const losses = await writeWorkload(engine, test, workload)
  const entrants = []
  for (const { kind, name, networks, peer, absent } of peers) {
    const entrant = { kind, name, version: peer?.version ?? null, speeds: [], peer, failed: absent }
    if (peer !== null) {
      try {
        await peer.ask({ op: 'load', folder: workload })
        Object.assign(entrant, await fastestOf(peer, { test, networks, losses, limitSeconds: searchSeconds }))
      } catch (error) {
        entrant.failed = error.message
      }
    }
    entrants.push(entrant)
  }
  rmSync(workload, { recursive: true })
  return entrants
}

export async function takeTurn(entrant, seconds) {
  if (entrant.failed !== undefined) return
  try {
    entrant.speeds.push(await peerSpeed(entrant.peer, { ...entrant.chosen, seconds }))
  } catch (error) {
    entrant.failed = error.message
  }
}

export function oursOf(test, speeds, peaks) {
  const speed = summaryOf(speeds)
  const peak = summaryOf(peaks)
  const gflops = (perSecond) => (perSecond * flopsPerStep(test)) / 1e9
  return {
    stepsPerSecond: speed,
    gflops: { best: gflops(speed.best), median: gflops(speed.median) },
    peakGflops: { best: peak.best, median: peak.median },
    share: { best: gflops(speed.best) / peak.best, median: median(speeds.map((each, i) => gflops(each) / peaks[i])) },
  }
}

/** Ratios are ours over theirs, of bests and of medians. */
export function resultOf({ kind, name, version, chosen, checked, speeds, failed }, ourSpeeds) {
  if (failed !== undefined) return { kind, name, version, checked, failed }
  const ours = summaryOf(ourSpeeds)
  const theirs = summaryOf(speeds)
  const ratio = { best: ours.best / theirs.best, median: ours.median / theirs.median }
  return { kind, name, version, checked, formulation: chosen.formulation, networks: chosen.networks, stepsPerSecond: theirs, ratio }
}

/** Two threads over one, measured in pairs, `median` of the ratios of pairs; `control` is the same of the loop of fmas. */
export async function measureScaling(bench, { test, engines, parallelPeak }) {
  const numerics = 'ieee-f32/1'
  const initial = await livingNetworks(bench.engine, test, numerics, SCALING_NETWORKS * test.networks.ours)
  const rounds = []
  for (const engine of engines) rounds.push(await ourRound(engine, test, { numerics, initial, seconds: bench.seconds }))
  const speeds = engines.map(() => [])
  const controls = []
  for (let round = 0; round < bench.rounds && !(round > 0 && bench.late()); round++) {
    controls.push(await parallelPeak.ratio())
    for (const [i, run] of rounds.entries()) speeds[i].push(await run())
  }
  const [one, two] = speeds.map(summaryOf)
  const pair = summaryOf(speeds[1].map((speed, i) => speed / speeds[0][i])).median
  return { test, one, two, ratio: { best: two.best / one.best, median: pair }, control: summaryOf(controls) }
}
