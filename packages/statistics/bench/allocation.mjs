// Trials and work that adaptive allocation takes on a simulated map, beside a uniform sweep that settles the same cells
// and noisy bisection in depth: `node packages/statistics/bench/allocation.mjs [seeds]` after a build.
import { compareAllocations } from '../dist/allocation/compare-allocations.js'
import { headlineGrid } from '../dist/allocation/headline-grid.js'

const seeds = Number(process.argv[2] ?? 50)
const GOAL = 5
const grid = headlineGrid()
const base = { levels: [0.01, 0.1], maxTrials: 100_000 }
const zone = { from: 0.8, to: 1.25 }
const goals = {
  'to 100,000 trials': base,
  'indifferent within [0.8, 1.25] of a level': { ...base, indifference: zone },
}
const variants = {
  'the same, looking at every doubling': { ...base, indifference: zone, growth: 2 },
  'the same, looking at every +25%': { ...base, indifference: zone, growth: 1.25 },
  'the same, monotone neighbours decide': { ...base, indifference: zone, monotony: { x: 'increasing', y: 'decreasing' } },
}

print(`${grid.length} cells, levels 1% and 10%; goal: ${GOAL} times fewer trials than uniform in the median`)
print('each line: median [quartiles]')
for (const [name, options] of Object.entries(goals)) report(name, options, seeds)
for (const [name, options] of Object.entries(variants)) report(name, options, Math.ceil(seeds / 5))

function report(name, options, seeds) {
  const start = performance.now()
  const runs = Array.from({ length: seeds }, (_, index) => compareAllocations(grid, index + 1, options))
  const seconds = (performance.now() - start) / 1000
  print(`\n${name} (${seeds} seeds, ${seconds.toFixed(1)} s)`)
  print(`  uniform / adaptive, trials     ${quartiles(runs.map((run) => run.uniform.trials / run.adaptive.trials))}`)
  print(`  uniform / adaptive, work       ${quartiles(runs.map((run) => run.uniform.cost / run.adaptive.cost))}`)
  print(`  bisection / adaptive, trials   ${quartiles(runs.map((run) => run.bisection.trials / run.adaptive.trials))}`)
  print(`  bisection / adaptive, work     ${quartiles(runs.map((run) => run.bisection.cost / run.adaptive.cost))}`)
  print(`  adaptive trials                ${quartiles(runs.map((run) => run.adaptive.trials))}`)
  print(`  rounds                         ${quartiles(runs.map((run) => run.adaptive.rounds))}`)
  print(`  cells settled                  ${quartiles(runs.map((run) => run.settled))}`)
  print(`  cells given up undecided       ${quartiles(runs.map((run) => run.exhausted))}`)
  print(`  verdicts "close", of 304       ${quartiles(runs.map((run) => run.close))}`)
  print(`  verdicts wrong, of 304         ${quartiles(runs.map((run) => run.wrong))}, ${sum(runs.map((run) => run.wrong))} in all`)
}

/** Median [lower quartile, upper quartile]. */
function quartiles(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share) => {
    const place = share * (sorted.length - 1)
    const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
    const value = low + (high - low) * (place - Math.floor(place))
    return value >= 1000 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3))
  }
  return `${at(0.5)} [${at(0.25)}, ${at(0.75)}]`
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
