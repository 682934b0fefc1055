// What was measured, as Markdown.
import { agreementOf, bestAndMedian, percent, short, table, times, versionsOf } from '../../engine-cpu/bench/report.mjs'
import { describe } from '../../engine-cpu/bench/cases.mjs'
import { STEPS } from './gpu-cases.mjs'

const BEGIN = '<!-- gpu: begin -->'
const END = '<!-- gpu: end -->'

/** The report of `runBench` as Markdown: device, conformance, bits, speed and peers. */
export function markdown(report) {
  return [deviceText(report), conformanceText(report), bitsText(report), speedText(report), peersText(report)].filter((part) => part !== '').join('\n\n')
}

/**
 * The document with this text in place of what stands between its markers.
 * @throws RangeError when it has none
 */
export function withMeasured(document, text) {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new RangeError(`the document has no place for the figures: no ${BEGIN} before ${END}`)
  return `${document.slice(0, begin + BEGIN.length)}\n${text}\n${document.slice(end)}`
}

function deviceText({ command, cutShort, facts, machine, peerPlatform, rounds, seconds, software, speed = [], wallSeconds }) {
  const GIB = 2 ** 30
  const { clockKhz, driver, engine, memoryBytes, multiprocessors, name } = facts
  const details = [
    name,
    driver === null || driver === '' ? '' : `driver ${driver}`,
    memoryBytes === undefined ? '' : `${(memoryBytes / GIB).toFixed(1)} GiB`,
    multiprocessors === undefined || multiprocessors === null ? '' : `${multiprocessors} multiprocessors`,
    clockKhz === undefined || clockKhz === null ? '' : `up to ${(clockKhz / 1000).toFixed(0)} MHz`,
  ]
  const peers = versionsOf(speed.filter(({ ours }) => ours !== undefined))
  return [
    `**${engine}** on ${details.filter((part) => part !== '').join(', ')}${software ? ' (software, which computes on the processor: no figure of a graphics processor)' : ''}; ` +
      `host ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}. Peers: ${peers}${peerPlatform === 'cpu' ? ' (on the processor)' : ''}.`,
    `\`${command}\`: ${rounds} rounds in which all take turns, peers ${seconds} s each; ${wallSeconds.toFixed(0)} s in all${cutShort ? ' (cut short at the time limit)' : ''}.`,
  ].join('\n')
}

function conformanceText({ conformance }) {
  if (conformance === undefined) return ''
  const { failed, failures, leftOut, passed, seconds } = conformance
  const left = leftOut === 0 ? '' : `, ${leftOut} left out for time`
  return [`Conformance: ${passed} checks passed, ${failed} failed${left} (${seconds.toFixed(0)} s).`, ...failures.map(({ name, message }) => `- failed: ${name}: ${message}`)].join('\n')
}

function bitsText({ bits }) {
  if (bits === undefined) return ''
  const rows = bits.map(bitsRow)
  return `Against the engine cpu, every number that a training gives:\n\n${table(['definition', 'numerics', 'trained', 'numbers that differ', 'largest difference', 'the first'], rows)}`
}

/** A row of `speed` in a few lines, for those who wait for the report. */
export function speedLines({ failed, ours, peers = [], refused, trialsPerSecond }) {
  if (ours === undefined) return [failed ?? refused]
  const others = peers.map(({ failed: complaint, name, ratio }) => `${name}: ${complaint === undefined ? `ours is ${times(ratio.best)} as fast` : oneLine(complaint)}`)
  return [`${short(trialsPerSecond.best)} trials/s, ${percent(ours.share.best)} of the peak`, ...others]
}

function bitsRow({ differing, failed, first, id, largestDifference, networks, numbers, numerics, refused, steps }) {
  const trained = [id, numerics, `${networks} networks, ${steps} steps`]
  if (differing === undefined) return [...trained, failed === undefined ? `not compared: ${refused}` : `failed: ${oneLine(failed)}`, '', '']
  return [...trained, `${differing} of ${numbers}`, largestDifference.toExponential(1), first ?? '']
}

/** In a cell of a table. */
const oneLine = (text) => text.split('\n')[0].replaceAll('|', '/')

function speedText({ speed }) {
  if (speed === undefined || speed.length === 0) return ''
  const columns = ['case', `trials/s of ${STEPS} steps, best (median)`, 'goal', 'GFLOP/s', 'FMA peak', 'share of the peak', 'networks', 'steps', 'translation']
  return table(columns, speed.map((row) => speedRow(row)))
}

function speedRow({ failed, goal, networks, numerics, ours, refused, steps, test, translationSeconds, trialsPerSecond }) {
  const name = `${describe(test)}, ${numerics}`
  if (ours === undefined) return [name, failed === undefined ? `refused: ${refused}` : `failed: ${oneLine(failed)}`, ...Array(7).fill('')]
  return [
    name,
    bestAndMedian(trialsPerSecond, short),
    goal === null ? '' : short(goal),
    bestAndMedian(ours.gflops, (value) => value.toFixed(1)),
    ours.peakGflops.best.toFixed(1),
    bestAndMedian(ours.share, percent),
    String(networks),
    String(steps),
    `${translationSeconds.toFixed(2)} s`,
  ]
}

function peersText({ speed = [] }) {
  const measured = speed.filter(({ peers }) => peers !== undefined)
  if (measured.every(({ peers }) => peers.length === 0)) return ''
  const columns = ['case', 'peer', 'its fastest formulation', 'trials/s, best (median)', 'its compilation', 'ours over it, bests', 'medians', 'with compilations', 'goal']
  const rows = measured.flatMap(({ peers, test }) => peers.map((peer) => peerRow(test, peer)))
  return `${agreementOf(measured)}\n\n${table(columns, rows)}`
}

function peerRow(test, { compilationSeconds, failed, formulation, name, networks, ratio, stepsPerSecond, whole }) {
  if (failed !== undefined) return [test.id, name, `failed: ${oneLine(failed)}`, ...Array(6).fill('')]
  return [
    test.id,
    name,
    `${formulation}, ${networks} together`,
    bestAndMedian(stepsPerSecond, (value) => short(value / STEPS)),
    `${compilationSeconds.toFixed(1)} s`,
    times(ratio.best),
    times(ratio.median),
    times(whole),
    times(test.gpuGoals.peers),
  ]
}
