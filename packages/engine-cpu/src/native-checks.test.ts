import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'
import { describe, it } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../native-checks/check.mjs', import.meta.url))
/** What check.mjs exits with where a compiler, an emulator or a library is not installed. */
const MISSING = 3
const x64 = process.arch === 'x64'

/** Where a tool is missing the test is skipped, which says what to install; with COLLAPSAR_TEST_REQUIRE_ALL=1 it fails. */
async function passes(name: string, context: TestContext): Promise<void> {
  const child = spawn(process.execPath, [SCRIPT, name], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  context.onTestFinished(() => void child.kill())
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return
  if (code === MISSING && process.env['COLLAPSAR_TEST_REQUIRE_ALL'] !== '1') context.skip(output.trim())
  throw new Error(output)
}

// The first run compiles for a minute or two; as long as no source changes, later ones only run the programs.
describe('the kernels without Node', { timeout: 600_000 }, () => {
  it.runIf(x64)('have the bits of the scalar build on AVX-512 sources, run on AVX2 by SIMDe', (context) => passes('avx512', context))
  it('have the bits of the scalar build on NEON', (context) => passes('neon', context))
  it.runIf(x64)('touch no memory that is not theirs, leak none and compute nothing undefined', (context) => passes('sanitizers', context))
  it.runIf(x64)('share no memory between threads without order, also when cancelled', (context) => passes('threads', context))
})
