import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'

/** That of the machine, and that of its distribution, where another one stands before it. */
const INTERPRETERS = ['python3', '/usr/bin/python3']

/** A Python that has these modules; null where none has. */
export function pythonWith(...modules: readonly string[]): string | null {
  const works = (python: string): boolean => {
    try {
      execFileSync(python, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore', timeout: 60_000 })
      return true
    } catch {
      return false
    }
  }
  return INTERPRETERS.find(works) ?? null
}

/**
 * A Python with pandas. Without it the tests that need it are skipped, which is said once; with COLLAPSAR_TEST_REQUIRE_ALL=1
 * they fail instead.
 */
export function pandasPython(): string | null {
  const python = pythonWith('pandas')
  if (python !== null) return python
  const advice = 'pandas is not installed (Debian: apt install python3-pandas)'
  if (process.env['COLLAPSAR_TEST_REQUIRE_ALL'] === '1') throw new Error(advice)
  console.warn(`Tests on pandas are skipped: ${advice}.`)
  return null
}

/** What a script prints as JSON. */
export async function runPython(python: string, script: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(python, ['-c', script, ...args], { timeout: 120_000 })
  return JSON.parse(stdout)
}
