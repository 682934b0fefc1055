// What every engine promises, checked on this device: the suite that all engines share.
import { readFileSync } from 'node:fs'

import { conformanceChecks, createReferenceEngine } from '@collapsar/trial'

const GOLDEN = ['training-float64.json', 'normalized-training-float64.json']
/** Failures that the report names. */
const NAMED = 10

/**
 * @param limitSeconds no check begins after so long; those left are counted as left out
 * @param only names of the checks to run; all by default
 * @returns { passed, failed, leftOut, failures: [{ name, message }] (the first ones), seconds }
 */
export async function runConformance(engine, { limitSeconds, only = /./, say }) {
  const cases = GOLDEN.flatMap((file) => JSON.parse(readFileSync(new URL(`../../../test/golden/${file}`, import.meta.url), 'utf8')).cases)
  const checks = conformanceChecks(engine, { referenceEngine: createReferenceEngine(), traces: { cases } }).filter(({ name }) => only.test(name))
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1000
  const failures = []
  let passed = 0
  for (const { name, run } of checks) {
    if (elapsed() > limitSeconds) break
    try {
      await run()
      passed += 1
    } catch (error) {
      say(`failed: ${name}`)
      failures.push({ name, message: firstLine(error) })
    }
  }
  return { passed, failed: failures.length, leftOut: checks.length - passed - failures.length, failures: failures.slice(0, NAMED), seconds: elapsed() }
}

const firstLine = (error) => (error instanceof Error ? error.message : String(error)).split('\n')[0]
