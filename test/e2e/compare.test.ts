import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { collapsar } from '../support/collapsar.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar-compare-'))
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))

const call = (...args: string[]) => collapsar([...args, '--data', join(folder, 'data')])
const idOf = async (initialization: string) => {
  const file = join(folder, `${initialization}.yaml`)
  writeFileSync(file, `grid: { depth: [2, 10], width: 2 }\ninits: 250\nnetwork: { init: ${initialization} }\ntraining: { steps: 0 }\n`)
  const { code, stdout } = await call('run', file, '--json')
  expect(code).toBe(0)
  return (JSON.parse(stdout) as { sweep: { id: string } }).sweep.id
}

it('stars the rows that evidence decides, and says that the interval is of the size', async () => {
  const [first, second] = [await idOf('he-normal'), await idOf('randomized-asymmetric')]
  const { stdout } = await call('compare', first, second)
  const { pairs } = JSON.parse((await call('compare', first, second, '--json')).stdout) as { pairs: { logEvidence: number }[] }
  const rows = stdout.split('\n').filter((line) => /^ +\d/.test(line))
  // Of two cells together at 5%, by the union bound: 2 / 0.05.
  const decided = pairs.map(({ logEvidence }) => logEvidence >= Math.log(40))
  expect(rows.map((row) => row.endsWith(' *'))).toEqual(decided)
  expect(decided).toContain(true)
  expect(stdout).toContain('* the settings differ: evidence E of at least 40, which holds for all 2 cells together at 95%')
  expect(stdout).toContain('may hold 0 where E decides')
}, 60_000)
