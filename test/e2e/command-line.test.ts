import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { collapsarHere } from '../support/collapsar.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'collapsar-command-line-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))

it('says which release it is', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  expect(await collapsarHere(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
})

it.each(['-h', '--help', 'help'])('lists its commands by %s', async (asked) => {
  const { code, stdout } = await collapsarHere([asked])
  expect(code).toBe(0)
  expect(stdout).toContain('usage: collapsar COMMAND')
})

it('names itself once', async () => {
  expect((await collapsarHere(['list', '--nothing'])).stderr).toMatch(/^collapsar list: Unknown option '--nothing'/)
  expect((await collapsarHere(['nothing'])).stderr).toMatch(/^collapsar: There is no command nothing/)
})

it('says so when a command reads the database although a server is set', async () => {
  const { code, stderr } = await collapsarHere(['verify'], { COLLAPSAR_URL: 'http://127.0.0.1:1', COLLAPSAR_DATA: folder })
  expect(stderr).toContain('COLLAPSAR_URL is set, but verify does not ask a server')
  expect(code).toBe(0)
})
