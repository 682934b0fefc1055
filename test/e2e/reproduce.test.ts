import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReproductionDocument } from '@collapsar/reproductions'
import { afterAll, describe, expect, it } from 'vitest'
import { collapsar } from '../support/collapsar.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar-reproduce-'))
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))

const data = join(folder, 'data')
const out = join(folder, 'out')
const reproduce = (...args: string[]) => collapsar(['reproduce', ...args, '--data', data])

describe('collapsar reproduce', () => {
  it('lists every target with its paper and its cost', async () => {
    const { code, stdout } = await reproduce()
    expect(code).toBe(0)
    for (const text of ['headline-collapse', 'arXiv:1808.04947', '--quick', 'full']) expect(stdout).toContain(text)
    const listed = JSON.parse((await reproduce('--json')).stdout) as { name: string; cost: { quick: { seconds: number } } }[]
    expect(listed.find(({ name }) => name === 'headline-collapse')!.cost.quick.seconds).toBeGreaterThan(0)
  })

  it('knows no other names, and lists those it knows', async () => {
    const { code, stderr } = await reproduce('headline', '--quick')
    expect(code).toBe(5)
    expect(stderr).toContain('There is no reproduction headline; accepted: born-dead-depth, headline-collapse')
  })

  it.each([
    [['headline-collapse', '--all', '--quick'], '--all takes all of them, but received headline-collapse'],
    [['--quick'], '--quick needs a NAME or --all'],
    [['--out', out], '--out needs a NAME or --all'],
  ])('runs nothing for %j', async (args, message) => {
    const { code, stderr, stdout } = await reproduce(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  it('wants long runs to be allowed', async () => {
    const listed = JSON.parse((await reproduce('--json', '--threads', '1')).stdout) as { cost: { full: { seconds: number } } }[]
    // Before it is asked for: where everything takes less than an hour, this would run it.
    expect(listed.reduce((sum, { cost }) => sum + cost.full.seconds, 0)).toBeGreaterThan(3600)
    const { code, stderr } = await reproduce('--all', '--threads', '1')
    expect(code).toBe(3)
    expect(stderr).toContain('--allow-slow')
  })

  it('measures, judges and writes; a second call trains nothing and finds the same', async () => {
    const first = await reproduce('headline-collapse', '--quick', '--out', out)
    expect(first.code).toBe(0)
    for (const text of ['more than 90% of 1,000 runs collapse', 'would have seen', 'pass']) expect(first.stdout).toContain(text)
    expect(first.stderr).toContain('1 reproduction, quick size: about')
    const pictures = ['headline-collapse.png', 'headline-collapse.svg', 'verdicts.png', 'verdicts.svg']
    expect(readdirSync(out).toSorted()).toEqual(['README.md', 'headline-collapse.json', 'headline-collapse.md', ...pictures, 'verdicts.md'].toSorted())
    expect(readFileSync(join(out, 'verdicts.md'), 'utf8')).toContain('| 2. headline-collapse (Lu 2018): P(')

    const second = await reproduce('headline-collapse', 'born-dead-or-died', '--quick', '--json')
    expect(second.code).toBe(0)
    const [again, split] = JSON.parse(second.stdout) as ReproductionDocument[]
    expect(again!.run).toMatchObject({ trained: 0, reused: 3000 })
    const { run: _, ...written } = JSON.parse(readFileSync(join(out, 'headline-collapse.json'), 'utf8')) as ReproductionDocument
    expect({ ...again, run: undefined }).toEqual({ ...written, run: undefined })
    // Both are made of the same trials.
    expect(split).toMatchObject({ name: 'born-dead-or-died', digest: again!.digest, run: { trained: 0 } })
  }, 120_000)
})
