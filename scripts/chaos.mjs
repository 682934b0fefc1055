// npm run chaos [-- [--quick] [--write FILE] [F4 F6 ...]]: real processes and servers under faults, and the table of what was found.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/** Every scenario ends in time by itself; this ends what does not. */
const LIMIT_MINUTES = 60

const { values, positionals } = readArguments()
const root = fileURLToPath(new URL('..', import.meta.url))
// The parser of expressions is attacked along with the rest, where nothing else was asked for.
const fuzz = positionals.length === 0 && !values.quick ? ['packages/trial/src/expression/expression-fuzz.test.ts'] : []
// What F14 does over HTTP this does to the store itself, with every state and count looked at after.
const storm = positionals.length === 0 || positionals.includes('F14') ? ['test/chaos/lifecycle-storm.test.ts'] : []
const { status, error } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/chaos/chaos.test.ts', ...storm, ...fuzz, '--reporter=verbose', '--disable-console-intercept', '--testTimeout=600000', '--maxWorkers=1'],
  {
    cwd: root,
    stdio: 'inherit',
    timeout: LIMIT_MINUTES * 60_000,
    env: {
      ...process.env,
      COLLAPSAR_TEST_REQUIRE_ALL: '1',
      CHAOS: values.quick ? 'quick' : 'full',
      CHAOS_ONLY: positionals.join(','),
      CHAOS_WRITE: values.write ?? '',
      EXPRESSION_FUZZ: '1000000',
    },
  },
)
if (error !== undefined) console.error(error.message)
process.exitCode = status ?? 1

function readArguments() {
  const options = { quick: { type: 'boolean', default: false }, write: { type: 'string' } }
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (cause) {
    console.error(`${cause.message}\nusage: npm run chaos [-- [--quick] [--write FILE] [F4 F6 ...]]`)
    return process.exit(2)
  }
}
