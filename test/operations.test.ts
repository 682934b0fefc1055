import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createMetrics } from '@collapsar/metrics'
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../packages/cli/src/arguments.ts'
import { COMMANDS } from '../packages/cli/src/commands.ts'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8')
const page = read('docs/operations.md')
/** Continued lines count as one. */
const lines = page.replaceAll('\\\n', ' ').split('\n')
const section = (title: string) => page.split(/^## /m).find((part) => part.startsWith(title)) ?? ''
const firstColumn = (text: string) => [...text.matchAll(/^\| ((?:`[^`]+`(?:, )?)+)/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
/** Read outside the command line: by the container's health check. */
const HEALTH = 'COLLAPSAR_HEALTH_PORT'

/** What the one place that reads the environment reads, by name: `env['NAME']`, and `secret('NAME', env)` with its `_FILE`. */
function variables(): string[] {
  const source = read('packages/cli/src/configuration.ts')
  const plain = [...source.matchAll(/env\['([A-Z_]+)'\]/g)].map(([, name = '']) => name)
  const secrets = [...source.matchAll(/secret\('([A-Z_]+)', env\)/g)].flatMap(([, name = '']) => [name, `${name}_FILE`])
  return [...new Set([...plain, ...secrets])].toSorted()
}

describe('docs/operations.md', () => {
  it('has every variable that is read, and none that is not', () => {
    expect(variables().length).toBeGreaterThan(10)
    expect(firstColumn(section('Settings')).toSorted()).toEqual([...variables(), HEALTH].toSorted())
    expect(read('infra/docker/healthy.mjs')).toContain(HEALTH)
  })

  it('has metrics that exist', async () => {
    const names = new Set([...(await createMetrics().text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
    const documented = [...page.matchAll(/`(collapsar_[a-z_]+)/g)].map(([, name]) => name).filter((name) => name !== 'collapsar_restored')
    expect(documented.length).toBeGreaterThan(8)
    for (const name of documented) expect(names, name).toContain(name)
  })

  const commands = lines.flatMap((line) => [...line.matchAll(/(?:npx |`)collapsar ([a-z]+(?:-[a-z]+)*)([^`&#]*)/g)].map(([, name = '', rest = '']) => ({ name, args: rest.trim().split(/\s+/).filter(Boolean) })))
  it.each(commands)('names the command $name $args, which exists with these options', async ({ name, args }) => {
    expect(Object.keys(COMMANDS)).toContain(name)
    const command = await COMMANDS[name]!()
    // In a sentence the name stands alone; where more is said it is what one types.
    if (args.length > 0) expect(() => parseArguments(command, args)).not.toThrow()
  })

  it.each([...page.matchAll(/`((?:test|infra)\/[^`\s]+)`/g)].map(([, path]) => path!))('names %s, which exists', (path) => {
    expect(() => read(path)).not.toThrow()
  })
})
