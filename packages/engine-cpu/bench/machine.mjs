// What the figures were measured on.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'

/** The compiler is the one that build.mjs wrote down. */
export function machineOf(instructionSet) {
  const [, compiler = 'unknown'] = readFileSync(new URL('../build/stamp', import.meta.url), 'utf8').split('\n')
  const [cpu] = cpus()
  return {
    cpu: `${cpu?.model.trim() ?? 'unknown'}${family()}`,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Number(loadavg()[0].toFixed(2)),
    instructionSet,
    compiler,
    node: process.versions.node,
    commit: commit(),
  }
}

/** Virtual machines give names such as "AMD EPYC Processor": family and model say more. */
function family() {
  try {
    const text = readFileSync('/proc/cpuinfo', 'utf8')
    const field = (name) => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(text)?.[1]
    return field('cpu family') === undefined ? '' : ` (family ${field('cpu family')} model ${field('model')})`
  } catch {
    return ''
  }
}

/** A copy without its repository says what it is of. */
function commit() {
  if (process.env.COLLAPSAR_COMMIT !== undefined) return process.env.COLLAPSAR_COMMIT
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: new URL('.', import.meta.url), encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return 'unknown'
  }
}
