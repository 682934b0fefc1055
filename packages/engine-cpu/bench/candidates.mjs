// Before a peer is timed: does it train the same networks, and which of its formulations is the fastest here?
import { CHECK } from './cases.mjs'
import { peerSpeed } from './timing.mjs'

/** Two scans: the first of a formulation pays for allocations. */
const SCAN_SECONDS = [0.05, 0.15]

/** The largest relative difference between two lists of losses; NaN counts as infinite. */
function deviation(losses, ours) {
  const differences = ours.map((loss, i) => Math.abs(losses[i] - loss) / Math.abs(loss))
  return Math.max(...differences.map((difference) => (Number.isNaN(difference) ? Infinity : difference)))
}

/**
 * The fastest (formulation, networks) of a peer among those that have our losses after the steps of the check.
 * @param limitSeconds once one was found, those that would come later than this are left out
 * @returns { chosen, checked } with `checked` [{ formulation, deviation }], or { failed } that says who disagrees
 */
export async function fastestOf(peer, { test, networks, losses, limitSeconds = Infinity }) {
  const started = performance.now()
  const late = () => (performance.now() - started) / 1000 > limitSeconds
  const checked = []
  let chosen = null
  for (const formulation of peer.formulations) {
    const stacks = networks(test, formulation)
    if (stacks.length === 0) continue
    if (chosen !== null && late()) {
      checked.push({ formulation, failed: `left out after ${limitSeconds} s` })
      continue
    }
    try {
      const answer = await peer.ask({ op: 'check', formulation })
      checked.push({ formulation, deviation: deviation(answer.losses, losses) })
      if (checked.at(-1).deviation > test.tolerance) continue
      for (const count of stacks) {
        if (chosen !== null && late()) break
        const speed = await scan(peer, formulation, count)
        if (chosen === null || speed > chosen.speed) chosen = { formulation, networks: count, speed }
      }
    } catch (error) {
      // One formulation that a library cannot run, or that memory cannot hold, leaves the others.
      checked.push({ formulation, failed: error.message })
    }
  }
  return chosen === null ? { failed: `no formulation has our losses after ${CHECK.steps} steps: ${checked.map(complaintOf).join(', ')}`, checked } : { chosen, checked }
}

const complaintOf = ({ formulation, deviation, failed }) => `${formulation} ${failed === undefined ? `differs by ${deviation.toExponential(1)}` : `failed: ${failed}`}`

async function scan(peer, formulation, networks) {
  let speed = 0
  for (const seconds of SCAN_SECONDS) speed = Math.max(speed, await peerSpeed(peer, { formulation, networks, seconds }))
  return speed
}
