// npm run load [-- [--quick] [--write FILE] [L2 L5 ...]]: the service under load, and the table of what was measured. `tables` and `soak` run only by name.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/** Every measurement ends in time by itself; this ends what does not. */
const LIMIT_MINUTES = 60

const { values, positionals } = readArguments()
const { status, error } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/load/load.test.ts', '--disable-console-intercept', '--maxWorkers=1'],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    timeout: LIMIT_MINUTES * 60_000,
    env: {
      ...process.env,
      COLLAPSAR_TEST_REQUIRE_ALL: '1',
      LOAD: values.quick ? 'quick' : 'full',
      LOAD_ONLY: positionals.join(','),
      LOAD_WRITE: values.write ?? '',
    },
  },
)
if (error !== undefined) console.error(error.message)
process.exitCode = status ?? 1

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false }, write: { type: 'string' } } })
  } catch (cause) {
    console.error(`${cause.message}\nusage: npm run load [-- [--quick] [--write FILE] [L2 L5 tables soak ...]]`)
    return process.exit(2)
  }
}
