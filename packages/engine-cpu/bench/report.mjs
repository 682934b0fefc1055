// The result as Markdown.
import { CHECK, describe } from './cases.mjs'

const COLUMNS = ['case', 'network-steps/s, best (median)', 'GFLOP/s, best (median)', 'FMA peak', 'share of the peak, best (median)', 'goal']

export const percent = (share) => `${(100 * share).toFixed(0)}%`
export const times = (ratio) => `${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)}x`
/** Three digits with a unit prefix: 2.51 M. */
export function short(value) {
  const [divisor, prefix] = value >= 1e6 ? [1e6, ' M'] : value >= 1e3 ? [1e3, ' k'] : [1, '']
  return (value / divisor).toPrecision(3) + prefix
}
export const bestAndMedian = ({ best, median }, format) => `${format(best)} (${format(median)})`

export function table(columns, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

function ourTable(results) {
  return table(
    COLUMNS,
    results.map(({ test, numerics, ours }) => [
      `${describe(test)}, ${numerics === 'ieee-f64/1' ? 'float64' : 'float32'}`,
      bestAndMedian(ours.stepsPerSecond, short),
      bestAndMedian(ours.gflops, (value) => value.toFixed(1)),
      ours.peakGflops.best.toFixed(1),
      bestAndMedian(ours.share, percent),
      percent(numerics === 'ieee-f64/1' ? test.goals.share64 : test.goals.share),
    ]),
  )
}

function peerRow(test, peer) {
  if (peer.failed !== undefined) return [test.id, peer.name, '', '', `failed: ${peer.failed}`, '', '']
  return [
    test.id,
    peer.name,
    `${peer.formulation}, ${peer.networks} together`,
    bestAndMedian(peer.stepsPerSecond, short),
    times(peer.ratio.best),
    times(peer.ratio.median),
    peer.kind === null ? '' : times(test.goals[peer.kind]),
  ]
}

function peerTable(results) {
  if (results.every(({ peers }) => peers.length === 0)) return ''
  const columns = ['case', 'peer', 'its fastest formulation', 'network-steps/s, best (median)', 'ours over it, bests', 'medians', 'goal']
  return table(columns, results.flatMap(({ test, peers }) => peers.map((peer) => peerRow(test, peer))))
}

export function agreementOf(results) {
  const deviations = results.flatMap(({ peers }) => peers.flatMap(({ checked = [] }) => checked.flatMap(({ deviation }) => deviation ?? [])))
  if (deviations.length === 0) return 'No peer was there to compare losses with.'
  return (
    `Before it was timed, every formulation trained ${CHECK.networks} of our networks for ${CHECK.steps} steps on the same points ` +
    `(W4: on the minibatches that we draw) and had our losses, relatively to ` +
    `${results.filter(({ peers }) => peers.length > 0).map(({ test }) => `${test.tolerance} (${test.id})`).join(', ')}; the largest deviation seen was ` +
    `${Math.max(...deviations).toExponential(1)}.`
  )
}

/** The loop of fmas says what a second core is worth beside whatever else runs. */
function scalingTable(scaling) {
  return table(
    ['case', 'one thread, best (median)', 'two threads, best (median)', 'two over one, bests', 'median of pairs', 'fma loop alone, best (median)', 'goal'],
    scaling.map(({ test, one, two, ratio, control }) => [
      test.id,
      bestAndMedian(one, short),
      bestAndMedian(two, short),
      `${ratio.best.toFixed(2)}x`,
      `${ratio.median.toFixed(2)}x`,
      bestAndMedian(control, (value) => `${value.toFixed(2)}x`),
      `${test.goals.scaling}x`,
    ]),
  )
}

export function versionsOf(results) {
  const versions = results.flatMap(({ peers }) => peers.flatMap(({ version }) => version ?? []))
  return [...new Set(versions)].join(', ') || 'none'
}

export function markdown({ machine, command, rounds, seconds, results, scaling, sections, wallSeconds, cutShort }) {
  const { cpu, cores, memoryGiB, load, instructionSet, compiler, node, commit } = machine
  return [
    `# Speed of the CPU engine\n`,
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, load ${load} at the start; ${instructionSet}; addon by ${compiler}; Node ${node}; commit ${commit}. ` +
      `Peers: ${versionsOf(results)}; each on one thread.`,
    `\`${command}\`: ${rounds} rounds in which all take turns, ${seconds} s each; ${wallSeconds.toFixed(0)} s in all` +
      `${cutShort ? ' (cut short at the time limit: fewer rounds)' : ''}. "Best" is the quiet machine, "median" what one gets beside other load. ` +
      `GFLOP/s count 6 per weight and sample.`,
    `\n## One core\n\n${ourTable(results)}`,
    `\n## Peers\n\n${agreementOf(results)} The fastest formulation and number of networks of each peer were taken.\n\n${peerTable(results)}`,
    scaling.length === 0 ? '\nTwo threads were not measured: that takes two cores, and time left.' : `\n## Two cores\n\n${scalingTable(scaling)}`,
    ...sections.map(({ title, text }) => `\n## ${title}\n\n${text}`),
  ].join('\n')
}
