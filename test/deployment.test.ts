import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseArguments } from '../packages/cli/src/arguments.ts'
import { COMMANDS } from '../packages/cli/src/commands.ts'
import { readConfiguration } from '../packages/cli/src/configuration.ts'

// No container engine runs here: what can be known without one is checked.

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Service {
  readonly image: string
  readonly build?: { readonly dockerfile: string }
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: object
  readonly networks: readonly string[]
  readonly ports?: readonly string[]
  readonly restart: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly stop_grace_period?: string
  readonly deploy?: { readonly resources: { readonly reservations: { readonly devices: readonly object[] } } }
  readonly volumes?: readonly string[]
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly volumes: object
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose
const services = Object.entries(compose.services).map(([name, service]) => ({ name, ...service }))
const ours = services.filter(({ build }) => build !== undefined)
const dockerfile = read('infra/docker/Dockerfile')

describe('docker-compose.yml', () => {
  it('has everything that the service consists of', () => {
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(['redis', 'postgres', 'migrate', 'api', 'planner', 'worker']))
  })

  it.each(services)('pins the image of $name to a version', ({ image }) => {
    expect(image).toMatch(/^[a-z]+:\d+\.\d+/)
  })

  it.each(ours)('runs for $name a command that exists, with options that it has', async ({ command = [] }) => {
    const [name = '', ...args] = command
    expect(Object.keys(COMMANDS)).toContain(name)
    expect(() => parseArguments(loaded[name]!, args)).not.toThrow()
  })

  it.each(ours)('sets for $name only variables that are read', ({ environment = {} }) => {
    const documented = read('docs/operations.md')
    for (const name of Object.keys(environment)) expect(documented, name).toContain(`\`${name.replace(/_FILE$/, '')}\``)
  })

  it.each(ours)('gives $name no more rights than it needs', ({ read_only: readOnly, cap_drop: dropped, security_opt: options }) => {
    expect(readOnly).toBe(true)
    expect(dropped).toEqual(['ALL'])
    expect(options).toEqual(['no-new-privileges:true'])
  })

  it('publishes nothing but the API, and that on this machine alone', () => {
    expect(services.flatMap(({ ports = [] }) => ports)).toEqual(['127.0.0.1:7070:7070'])
    expect(compose.networks['internal']?.internal).toBe(true)
    expect(services.filter(({ networks }) => networks.includes('outside')).map(({ name }) => name)).toEqual(['api'])
  })

  it('holds no password: secrets are files that exist nowhere in the repository', () => {
    expect(read('docker-compose.yml')).not.toMatch(/:\/\/[^/\s]*:[^/\s]*@/)
    expect(read('.gitignore')).toContain('infra/docker/secrets/')
    expect(read('.dockerignore')).toContain('infra/docker/secrets')
    const used = new Set(services.flatMap(({ secrets = [] }) => secrets))
    expect([...used].toSorted()).toEqual(Object.keys(compose.secrets).toSorted())
  })

  it('starts the services after the migration and the roles, and those after Postgres is healthy', () => {
    for (const name of ['api', 'planner', 'worker', 'worker-cuda']) {
      expect(compose.services[name]?.depends_on?.['roles']?.condition).toBe('service_completed_successfully')
      expect(compose.services[name]?.depends_on?.['redis']?.condition).toBe('service_healthy')
    }
    expect(compose.services['roles']?.depends_on?.['migrate']?.condition).toBe('service_completed_successfully')
    expect(compose.services['migrate']?.depends_on?.['postgres']?.condition).toBe('service_healthy')
  })

  it('keeps Redis from evicting, and from forgetting what it was told', () => {
    const command = compose.services['redis']?.command?.join(' ')
    expect(command).toContain('--maxmemory-policy noeviction')
    expect(command).toContain('--appendonly yes')
  })

  it('gives the cards to the workers that train on them, with what the driver needs and no more', () => {
    const devices = services.filter(({ deploy }) => deploy !== undefined).map(({ name, deploy }) => [name, deploy?.resources.reservations.devices])
    expect(devices).toEqual([['worker-cuda', [{ driver: 'nvidia', count: 'all', capabilities: ['gpu'] }]]])
    expect(compose.services['worker-cuda']?.environment?.['NVIDIA_DRIVER_CAPABILITIES']).toBe('compute,utility')
  })

  it.each(['worker', 'worker-cuda'])('gives a %s more time to stop than it gives itself', (name) => {
    const { command = [], stop_grace_period: grace = '' } = compose.services[name]!
    expect(Number.parseInt(grace, 10)).toBeGreaterThan(Number(command[command.indexOf('--grace') + 1]))
  })

  it('mounts files that exist', () => {
    const files = services.flatMap(({ volumes = [] }) => volumes).filter((volume) => volume.startsWith('./'))
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect(existsSync(join(root, file.split(':')[0]!)), file).toBe(true)
  })
})

const loaded = Object.fromEntries(await Promise.all(Object.entries(COMMANDS).map(async ([name, load]) => [name, await load()] as const)))

describe('the image', () => {
  const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line))
  const stage = (name: string) => instructions.findIndex((line) => line.endsWith(` AS ${name}`))

  it('is built in one stage and runs in another, from one pinned base', () => {
    const bases = instructions.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1])
    expect(new Set(bases).size).toBe(1)
    expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-/)
    expect(instructions.findIndex((line) => line.includes('g++'))).toBeLessThan(stage('runtime'))
  })

  it('runs as a user that is not root, says how it is, and ends on SIGTERM', () => {
    const runtime = instructions.slice(stage('runtime'))
    expect(runtime.find((line) => line.startsWith('USER '))).toMatch(/^USER [1-9]\d*:[1-9]\d*$/)
    expect(runtime.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true)
    expect(runtime).toContain('STOPSIGNAL SIGTERM')
  })

  it('begins with the command line of this repository', () => {
    const entry = /^ENTRYPOINT \["node", "\/app\/(.*)"\]$/m.exec(dockerfile)?.[1]
    expect(existsSync(join(root, entry!))).toBe(true)
    for (const [, path] of dockerfile.matchAll(/node (?:\/app\/)?((?:scripts|infra)\S+\.mjs)/g)) expect(existsSync(join(root, path!)), path).toBe(true)
  })

  it('gets no secret and no history', () => {
    for (const path of ['.git', 'infra/docker/secrets', '**/node_modules']) expect(read('.dockerignore').split('\n')).toContain(path)
  })
})

it('creates secrets once, for the services to read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-secrets-'))
  try {
    const create = () => execFileSync(process.execPath, [join(root, 'infra/docker/create-secrets.mjs'), folder], { stdio: 'pipe' })
    create()
    const first = Object.keys(compose.secrets).map((name) => readFileSync(join(folder, name), 'utf8'))
    create()
    expect(Object.keys(compose.secrets).map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(first)
    expect(new Set(first).size).toBe(first.length)
    expect(statSync(join(folder, 'worker-database-url')).mode & 0o777).toBe(0o444)
    const options = parseArguments(loaded['migrate']!, []).options
    const configuration = readConfiguration(options, { DATABASE_URL_FILE: join(folder, 'worker-database-url') })
    expect(configuration.databaseUrl).toMatch(/^postgresql:\/\/collapsar_worker:[0-9a-f]{48}@postgres:5432\/collapsar$/)
    expect(() => readConfiguration(options, { DATABASE_URL_FILE: '/nowhere/url' })).toThrow('DATABASE_URL_FILE is /nowhere/url, which cannot be read')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
