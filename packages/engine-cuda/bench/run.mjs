// The whole bench on a device that is open: conformance, bits, and speed beside the peak and the peers.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { hasPortableBits } from '@collapsar/trial'

import { machineOf } from '../../engine-cpu/bench/machine.mjs'
import { compareBits } from './bits.mjs'
import { runConformance } from './conformance.mjs'
import { speedLines } from './report.mjs'
import { measureSpeed } from './speed.mjs'

export const SECTIONS = ['conformance', 'bits', 'speed']

/**
 * Sizes of the whole bench, and of the short one. Nothing new begins after `limitSeconds`, nor of a section after its own; a peer looks for its fastest
 * formulation of a case for `searchSeconds`.
 */
export const SIZES = {
  full: { rounds: 3, seconds: 1, steps: 3000, bitSteps: 3000, bitsSeconds: 150, searchSeconds: 40, conformanceSeconds: 300, limitSeconds: 840 },
  quick: { rounds: 2, seconds: 0.5, steps: 960, bitSteps: 320, bitsSeconds: 45, searchSeconds: 12, conformanceSeconds: 45, limitSeconds: 270 },
}

/**
 * @param opened what `openForBench` gives
 * @param options { cases, cpu, instructionSet, sections, sizes, networks, definitions, checks, startPeers, peerPlatform, say }
 *   `networks` is null, or how many to train everywhere; `definitions` and `checks` narrow what is compared and checked; `startPeers()` gives the peers
 * @returns the report, as docs/gpu.md describes it; `failed` where a promise is broken
 */
export async function runBench(opened, options) {
  const { cases, checks, cpu, definitions, networks, say, sections, sizes } = options
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1000
  const late = () => elapsed() > sizes.limitSeconds
  const report = {
    facts: opened.facts,
    software: opened.software,
    machine: machineOf(options.instructionSet),
    peerPlatform: options.peerPlatform,
    rounds: sizes.rounds,
    seconds: sizes.seconds,
  }
  const engine = await opened.openEngine()
  try {
    if (sections.includes('bits')) {
      report.bits = await compareBits(engine, cpu, { cases, definitions, networks: networks ?? undefined, steps: sizes.bitSteps, late: () => elapsed() > sizes.bitsSeconds, say })
    }
    if (sections.includes('speed')) report.speed = await measureAll(opened, { ...options, numerics: engine.numerics[0] }, late)
    if (sections.includes('conformance')) {
      say('Conformance ...')
      report.conformance = await runConformance(engine, { limitSeconds: Math.min(sizes.conformanceSeconds, Math.max(0, sizes.limitSeconds - elapsed())), only: checks, say })
    }
  } finally {
    await engine.close()
  }
  return { ...report, failed: brokenPromises(report), cutShort: late(), wallSeconds: elapsed() }
}

/** In the first numerics of the engine, which is binary32. */
async function measureAll(opened, { cases, cpu, networks, numerics, say, sizes, startPeers }, late) {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-bench-gpu-'))
  const peers = await startPeers()
  const bench = { ...sizes, openEngine: opened.openEngine, device: opened.device, cpu, folder, networks, late, say }
  const rows = []
  try {
    for (const test of cases) {
      if (late()) {
        say(`${test.id} is left out: the time is over`)
        continue
      }
      say(`${test.id} in ${numerics}, with peers ...`)
      rows.push(await measureSpeed(bench, { test, numerics, peers }).catch(({ message }) => ({ test, numerics, failed: message })))
      for (const line of speedLines(rows.at(-1))) say(`  ${line}`)
    }
  } finally {
    for (const { peer } of peers) peer?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return rows
}

/** Sentences: a check that fails, a training that fails, bits that differ where they are portable. */
function brokenPromises({ bits = [], conformance, speed = [] }) {
  const differing = bits.filter((row) => row.differing > 0 && hasPortableBits(row.numerics))
  const failed = [...bits.map((row) => ({ ...row, name: row.id })), ...speed.map((row) => ({ ...row, name: row.test.id }))].filter((row) => row.failed !== undefined)
  return [
    ...(conformance?.failures ?? []).map(({ message, name }) => `${name}: ${message}`),
    ...failed.map(({ failed: message, name, numerics }) => `${name} in ${numerics}: ${message}`),
    ...differing.map(({ differing: count, first, id, numerics }) => `${id} in ${numerics}: ${count} numbers differ, first ${first}`),
  ]
}
