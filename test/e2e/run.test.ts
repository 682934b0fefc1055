import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SweepDocument } from '@collapsar/sweep'
import { afterAll, describe, expect, it } from 'vitest'
import { collapsar, finished, startCollapsar } from '../support/collapsar.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar-run-'))
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const file = write('sweep.yaml', 'name: e2e\ngrid: { depth: [3, 6], width: 4 }\ninits: 250\ntraining: { batch: 16, steps: 300 }\n')
/** Some seconds of work in chunks of one block, so that there is something to interrupt. */
const long = write('long.yaml', 'grid: { depth: 6, width: 6 }\ninits: 3000\ntraining: { batch: 64, steps: 6000 }\n')

const documentOf = (stdout: string) => JSON.parse(stdout) as SweepDocument
const runJson = async (path: string, data: string, ...options: string[]) => {
  const result = await collapsar(['run', path, '--json', '--data', join(folder, data), ...options])
  expect(result).toMatchObject({ code: 0 })
  return documentOf(result.stdout)
}

describe('collapsar run', () => {
  it('prints the map, and every other command reads what it recorded', async () => {
    const data = join(folder, 'first')
    const out = join(folder, 'out')
    const printed = await collapsar(['run', file, '--data', data, '--out', out])
    expect(printed.code).toBe(0)
    expect(printed.stdout).toContain('P(collapse), %')
    expect(printed.stdout).toContain('Born dead, % (theory)')
    expect(printed.stderr).toContain('What next:')
    expect(printed.stderr).not.toContain('\u001b')
    expect(readdirSync(out).toSorted()).toEqual(['map.png', 'map.svg', 'surface.csv', 'surface.parquet', 'sweep.json'])

    const first = documentOf(readFileSync(join(out, 'sweep.json'), 'utf8'))
    const again = await runJson(file, 'first')
    expect(JSON.stringify(again.cells)).toBe(JSON.stringify(first.cells))
    expect(again.sweep).toMatchObject({ trials: 500, reused: 500 })
    expect((await runJson(file, 'first', '--inits', '400')).sweep).toMatchObject({ trials: 800, reused: 600 })

    const surface = await collapsar(['surface', again.sweep.id, '--json', '--data', data])
    expect(documentOf(surface.stdout).cells).toEqual(first.cells)
    expect((await collapsar(['list', '--data', data])).stdout).toContain(again.sweep.id)
    expect(await collapsar(['verify', '--data', data])).toMatchObject({ code: 0, stdout: '8 blocks of 2 cells: all agree\n' })

    const plan = await collapsar(['plan', file, '--inits', '1000', '--json', '--data', data])
    expect(JSON.parse(plan.stdout)).toMatchObject({ cells: { total: 2, partial: 2 }, trials: { requested: 2000, reused: 800, toRun: 1200 } })
  })

  it('replays a recorded trial bit for bit, and says when nothing is recorded', async () => {
    const replay = (data: string, ...args: string[]) =>
      collapsar(['replay', file, '--depth', '6', '--width', '4', '--json', '--data', join(folder, data), ...args])
    for (const trial of ['0', '137', '299']) {
      const result = await replay('first', '--trial', trial)
      expect(result.code).toBe(0)
      const document = JSON.parse(result.stdout) as { recorded: object; lossTrace: number[]; initial: unknown[]; final: unknown[] }
      expect(document.recorded).toEqual({ found: true, equal: true })
      expect(document.initial).toHaveLength(12)
      expect(document.final).toHaveLength(12)
    }
    expect(JSON.parse((await replay('nowhere', '--trial', '0')).stdout)).toMatchObject({ recorded: { found: false, equal: null } })
  })

  it('goes on where Ctrl-C and SIGKILL stopped it, to the same cells', async () => {
    const calm = await runJson(long, 'calm')
    const interruptions = ['SIGINT', 'SIGKILL', 'SIGKILL'] as const
    for (const signal of interruptions) {
      const child = startCollapsar(['run', long, '--data', join(folder, 'struck')])
      const end = finished(child)
      child.stderr!.on('data', (text: Buffer) => {
        if (/ [1-9]\d?%/.test(text.toString())) child.kill(signal)
      })
      await once(child, 'exit')
      const { code } = await end
      expect(code).toBe(signal === 'SIGINT' ? 130 : null)
    }
    const resumed = await runJson(long, 'struck')
    expect(resumed.sweep.trials).toBe(3000)
    expect(JSON.stringify(resumed.cells)).toBe(JSON.stringify(calm.cells))
    expect(await collapsar(['verify', '--data', join(folder, 'struck')])).toMatchObject({ code: 0 })
  }, 300_000)
})

describe('measure and train', () => {
  it('measures a network that is given by its weights: |x| has two pieces', async () => {
    const network = write(
      'abs.json',
      '{ "activation": "relu", "domain": [-1, 1], "layers": [{ "weights": [[1], [-1]], "biases": [0, 0] }, { "weights": [[1, 1]], "biases": [0] }] }',
    )
    const { code, stdout } = await collapsar(['measure', network, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ pieces: 2, regions: 2, nearTies: 0, deadLayer: 0, range: 1 })
  })

  it('trains the reference cases to 1e-9 of PyTorch at every step', async () => {
    const golden = JSON.parse(readFileSync(new URL('../golden/training-float64.json', import.meta.url), 'utf8')) as {
      cases: { name: string; lossTrace: number[] }[]
    }
    for (const [index, reference] of golden.cases.entries()) {
      const { code, stdout } = await collapsar(['train', write(`case-${index}.json`, JSON.stringify(reference)), '--precision', 'float64', '--json'])
      expect(code, reference.name).toBe(0)
      const { lossTrace } = JSON.parse(stdout) as { lossTrace: number[] }
      expect(lossTrace).toHaveLength(reference.lossTrace.length)
      const worst = Math.max(...lossTrace.map((loss, step) => Math.abs(loss / reference.lossTrace[step]! - 1)))
      expect(worst, reference.name).toBeLessThan(1e-9)
    }
  })

  it('says how this machine is', async () => {
    const { code, stdout } = await collapsar(['doctor', '--json', '--data', join(folder, 'first')])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ healthy: true })
  })
})
