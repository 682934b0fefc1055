import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collapsar, collapsarHere } from '../support/collapsar.ts'

const folder = mkdtempSync(join(tmpdir(), 'collapsar wrong input '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const good = file('good.yaml', 'grid: { depth: 3, width: 2 }\ninits: 100\ntraining: { steps: 0 }\n')
const data = join(folder, 'data')

describe('a wrong command line', () => {
  it.each([
    [['walk'], 2, 'There is no command walk; accepted: run, plan'],
    [['run'], 2, 'takes FILE, received nothing'],
    [['run', good, 'more'], 2, 'takes FILE, received'],
    [['run', good, '--fast'], 2, '--fast'],
    [['run', good, '--inits', '-3'], 2, '--inits is -3; accepted: an integer from 1'],
    [['replay', good, '--depth', '3', '--width', '2', '--trial', '-1'], 2, '--trial is -1; accepted: an integer from 0'],
    [['best-of', 'x', '--starts', '-1,2'], 2, '--starts is -1,2; accepted: integers of at least 1'],
    [['contours', 'x', '--confidence', '-.5'], 2, '--confidence is -.5; accepted: a number above 0 and below 1'],
    [['surface', 'x', '--levels', '0.2'], 2, '--levels are those of the fit, but --fit is missing'],
    [['run', good, '--inits', '1.5'], 2, '--inits is 1.5; accepted: an integer from 1'],
    [['run', good, '--threads', '0'], 2, '--threads is 0; accepted: an integer from 1'],
    [['run', good, '--engine', 'tpu'], 2, '--engine is tpu; accepted: auto, cpu'],
    [['surface', 'x', '--format', 'gif'], 2, '--format is gif; accepted: table, csv, json'],
    [['replay', good, '--depth', '3', '--width', '2'], 2, '--trial is missing'],
    [['replay', good, '--depth', '4', '--width', '2', '--trial', '0'], 5, 'no cell of depth 4 and width 2'],
  ])('collapsar %j ends with %i', async (args, code, message) => {
    const result = await collapsarHere([...args, '--data', data])
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(message)
    expect(result.stderr).not.toContain('    at ')
  })
})

describe('a wrong file', () => {
  const cases: [string, string, number, string][] = [
    ['missing.yaml', '', 3, 'there is no such file'],
    ['broken.yaml', 'grid: { depth: 3', 3, 'is not YAML'],
    ['twice.yaml', 'inits: 1\ninits: 2\n', 3, 'is not YAML: Map keys must be unique'],
    ['tag.yaml', 'inits: !!js/function "x"\ngrid: {depth: 3, width: 2}\n', 3, 'inits is'],
    ['bomb.yaml', `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`).join('\n')}\n`, 3, 'Excessive alias count'],
    ['scalar.yaml', '42\n', 3, 'holds 42; accepted: a sweep'],
    ['empty.yaml', '', 3, 'holds null; accepted: a sweep'],
    ['unknown.yaml', 'grid: { depth: 3, width: 2 }\ninits: 1\ndepht: 3\n', 3, 'depht is not a known field; accepted: $schema, name, grid'],
    ['negative.yaml', 'grid: { depth: -3, width: 2 }\ninits: 1\n', 3, 'grid.depth is -3; accepted'],
    ['wide.yaml', 'grid: { depth: 3, width: 1000000000 }\ninits: 1\n', 3, 'grid.width is 1000000000; accepted'],
    ['silent.yaml', 'grid: { depth: 3, width: 2 }\ninits: 1\ntraining: { noise: { kind: absolute, level: 0 } }\n', 3, 'training.noise.level is 0; accepted: the level of the noise: a number above 0'],
    ['itself.yaml', 'grid: &a { depth: *a, width: 2 }\ninits: 1\n', 3, 'is nested too deeply, or in itself; accepted: up to 32 levels'],
    ['deep.json', '['.repeat(200_000) + ']'.repeat(200_000), 3, 'is nested too deeply'],
    ['deep.yaml', `grid: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`, 3, 'is not YAML'],
    ['merge.yaml', 'grid: { <<: { depth: 3, width: 2 } }\ninits: 1\n', 3, 'grid.<< is not a known field'],
    ['python.yaml', 'grid: !!python/object/apply:os.system ["true"]\ninits: 1\n', 3, 'grid is ["true"]'],
    ['documents.yaml', 'grid: { depth: 3, width: 2 }\ninits: 1\n---\ninits: 2\n', 3, 'multiple documents'],
    ['infinite.yaml', 'grid: { depth: .inf, width: 2 }\ninits: 1\n', 3, 'grid.depth is null; accepted'],
    ['escape.yaml', 'grid: { depth: 3, width: 2 }\ninits: 1\nname: "\\e]0;x\\a"\n', 3, 'name is "\\u001b]0;x\\u0007"; accepted'],
    ['proto.json', '{"__proto__": {"inits": 1}, "grid": {"depth": 3, "width": 2}}', 3, 'inits is missing'],
  ]
  it.each(cases)('%s ends in one sentence and leaves nothing behind', async (name, text, code, message) => {
    const path = name.startsWith('missing') ? join(folder, name) : file(name, text)
    for (const command of ['run', 'plan']) {
      const result = await collapsarHere([command, path, '--data', data])
      expect(result).toMatchObject({ code, stdout: '' })
      expect(result.stderr).toContain(message)
      expect(result.stderr).not.toContain('    at ')
    }
    expect(readdirSync(folder)).not.toContain('data')
  })

  it('of measure and train names the field', async () => {
    const network = file('network.json', '{"activation": "relu", "domain": [-1, 1], "layers": [{"weights": [[1], [2, 3]], "biases": [0, 0]}]}')
    const measured = await collapsar(['measure', network, '--json'])
    expect(measured).toMatchObject({ code: 3, stdout: '' })
    expect(measured.stderr).toMatch(/layers.*weights/)
    const trained = await collapsar(['train', file('case.json', '{"inputDim": 1}'), '--json'])
    expect(trained).toMatchObject({ code: 3, stdout: '' })
    expect(trained.stderr).not.toContain('    at ')
  })
})

type Case = readonly [env: Readonly<Record<string, string>>, code: number, message: string]

describe('a wrong environment', () => {
  it.each<Case>([
    [{ DATABASE_URL: 'mysql://x' }, 2, 'DATABASE_URL is not a valid address; accepted: postgres://'],
    [{ DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/none' }, 7, '127.0.0.1:1'],
    [{ REDIS_URL: 'http://x' }, 2, 'REDIS_URL is not a valid address; accepted: redis://'],
    [{ COLLAPSAR_ALLOW_EVICTION: 'yes' }, 2, 'COLLAPSAR_ALLOW_EVICTION is yes; accepted: 0, 1'],
    ...['yes', '*', '10.0.0.0/33', '0.0.0.0/0', '10.0.0.1,'].map(
      (value): Case => [{ COLLAPSAR_TRUST_PROXY: value }, 2, 'accepted: addresses and networks of proxies, as in 127.0.0.1,10.0.0.0/8,fd00::/8']
    ),
    [{ COLLAPSAR_LOG: 'loud' }, 2, 'COLLAPSAR_LOG is loud; accepted: trace'],
  ])('%j ends with %i and keeps the secret', async (env, code, message) => {
    const result = await collapsar(['run', good, '--data', data], env)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(message)
    expect(result.stderr).not.toContain('secret')
  })

  it('an unreachable Redis stops a run with 7', async () => {
    const result = await collapsar(['run', good, '--data', join(folder, 'redis')], { REDIS_URL: 'redis://:secret@127.0.0.1:1' })
    expect(result.code).toBe(7)
    expect(result.stderr).toContain('127.0.0.1:1')
    expect(result.stderr).not.toContain('secret')
  })

  it('a data folder that is a file is named, with what to do', async () => {
    const result = await collapsar(['run', good, '--data', good])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(good)
  })

  it('a folder that cannot be made is named, before anything is trained', async () => {
    for (const option of ['--data', '--out']) {
      const result = await collapsar(['run', good, '--data', data, option, join(good, 'below')])
      expect(result).toMatchObject({ code: 1, stdout: '' })
      expect(result.stderr).toContain(join(good, 'below'))
    }
  })

  describe('an occupied port', () => {
    const server = createServer()
    let port = 0
    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      port = (server.address() as { port: number }).port
    })
    afterAll(() => void server.close())

    it('is named', async () => {
      const result = await collapsar(['serve', '--port', String(port), '--data', join(folder, 'port')])
      expect(result.code).toBe(7)
      expect(result.stderr).toContain(String(port))
    })
  })
})
