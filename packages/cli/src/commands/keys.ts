import type { Key, NewKey } from '@collapsar/client'
import { CollapsarError, LIMITS, SCOPES } from '@collapsar/sweep'
import type { Scope } from '@collapsar/sweep'
import type { Command, Invocation } from '../command.ts'
import { EXIT } from '../command.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'
import type { Options } from '../options.ts'

const ACTIONS = { create, list, revoke } as const
const DAY_MS = 86_400_000
const SCOPES_WIDTH = SCOPES.join().length

/** On a server of COLLAPSAR_URL with a key of scope admin; else on the database itself: how the first key comes to be, and the way back in when all are lost. */
export const keys: Command = {
  name: 'keys',
  summary: 'create, list or revoke API keys; from the first one on the HTTP service asks for one',
  positionals: ['create|list|revoke', '[ID...]'],
  options: {
    name: { type: 'string', value: 'NAME', description: 'create: whose the key is, in words' },
    scopes: { type: 'string', value: 'A,B', description: `create: what it may do, of ${SCOPES.join(', ')}` },
    expires: { type: 'string', value: 'WHEN', description: 'create: days from now as in 90d, or a date as in 2030-12-31 (default: never)' },
    'max-cells': { type: 'string', value: 'N', description: 'create: most cells of a sweep' },
    'max-trials': { type: 'string', value: 'N', description: 'create: most trials of a sweep' },
    'max-device-seconds': { type: 'string', value: 'N', description: 'create: most device-seconds that the plan of a sweep expects' },
    'max-active-sweeps': { type: 'string', value: 'N', description: 'create: most sweeps that are active or paused at a time' },
    'requests-per-minute': { type: 'string', value: 'N', description: 'create: most requests in a minute to one API process (default 6000)' },
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const [action = '', ...ids] = invocation.positionals
    if (!Object.hasOwn(ACTIONS, action)) throw usage(`the action is ${action}; accepted: ${Object.keys(ACTIONS).join(', ')}`)
    const act = ACTIONS[action as keyof typeof ACTIONS]
    if (act !== revoke && ids.length > 0) throw usage(`${action} takes no ID, received ${ids.join(' ')}`)
    if (act === revoke && ids.length === 0) throw usage('revoke takes one ID or more, received nothing')
    return act(invocation)
  },
}

/** The key alone goes to stdout, so that a script can keep it: KEY=$(collapsar keys create ...). */
async function create({ options, configuration, log, terminal }: Invocation): Promise<number> {
  const wish = newKey(options)
  return withInstallation({ configuration, log }, async (installation) => {
    const created = await installation.createKey(wish)
    if (options.flag('json')) {
      await terminal.data(`${JSON.stringify(created, null, 2)}\n`)
      return EXIT.ok
    }
    const { id, name, scopes, expiresAt, key } = created
    terminal.message(`${id}: ${name}; ${scopes.join(', ')}; ${expiresAt === null ? 'never expires' : `expires ${expiresAt}`}`)
    terminal.message('This is the key. It is shown once and stored nowhere:')
    await terminal.data(`${key}\n`)
    return EXIT.ok
  })
}

function newKey(options: Options): NewKey {
  return {
    name: nameOf(options),
    scopes: scopesOf(options),
    expiresAt: expiryOf(options)?.toISOString() ?? null,
    maxCells: options.integer('max-cells', 1, LIMITS.cells),
    maxTrials: options.integer('max-trials', 1, Number.MAX_SAFE_INTEGER),
    maxDeviceSeconds: options.integer('max-device-seconds', 1, 1e12),
    maxActiveSweeps: options.integer('max-active-sweeps', 1, 1e6),
    requestsPerMinute: options.integer('requests-per-minute', 1, 1e6),
  }
}

function nameOf(options: Options): string {
  const name = options.text('name')
  if (name !== null && name.length <= 120 && /^[^\p{Cc}]+$/u.test(name)) return name
  throw usage(`--name is ${name === null ? 'missing' : JSON.stringify(name)}; accepted: 1 to 120 characters`)
}

function scopesOf(options: Options): Scope[] {
  const text = options.text('scopes')
  const given = [...new Set((text ?? '').split(',').map((scope) => scope.trim()))]
  const scopes = SCOPES.filter((scope) => given.includes(scope))
  if (scopes.length > 0 && scopes.length === given.length) return scopes
  throw usage(`--scopes is ${text ?? 'missing'}; accepted: ${SCOPES.join(', ')}, separated by commas`)
}

/** A date ends with its day, in UTC. */
function expiryOf(options: Options): Date | null {
  const text = options.text('expires')
  if (text === null) return null
  const days = /^([1-9]\d{0,4})d$/.exec(text)?.[1]
  const end = days === undefined ? new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59Z` : NaN) : new Date(Date.now() + Number(days) * DAY_MS)
  const exists = !Number.isNaN(end.getTime()) && (days !== undefined || end.toISOString().startsWith(text))
  if (exists && end.getTime() > Date.now()) return end
  throw usage(`--expires is ${text}; accepted: a number of days as in 90d, or a date to come as in 2030-12-31`)
}

async function list({ options, configuration, log, terminal }: Invocation): Promise<number> {
  return withInstallation({ configuration, log }, async (installation) => {
    const found = await installation.keys()
    const rows = found.map((key) => `${key.id}  ${stateOf(key).padEnd(7)}  ${key.scopes.join(',').padEnd(SCOPES_WIDTH)}  ${dateOf(key.expiresAt).padEnd(10)}  ${dateOf(key.lastUsedAt).padEnd(10)}  ${key.name}\n`)
    const header = `${'ID'.padEnd(20)}  ${'STATE'.padEnd(7)}  ${'SCOPES'.padEnd(SCOPES_WIDTH)}  ${'EXPIRES'.padEnd(10)}  ${'LAST USED'.padEnd(10)}  NAME\n`
    await terminal.data(options.flag('json') ? `${JSON.stringify(found, null, 2)}\n` : `${found.length === 0 ? '' : header}${rows.join('')}`)
    return EXIT.ok
  })
}

function stateOf({ revokedAt, expiresAt }: Pick<Key, 'revokedAt' | 'expiresAt'>): string {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'live'
}

function dateOf(instant: string | null): string {
  return instant === null ? 'never' : instant.slice(0, 10)
}

async function revoke({ positionals, options, configuration, log, terminal }: Invocation): Promise<number> {
  return withInstallation({ configuration, log }, async (installation) => {
    const revoked: Key[] = []
    for (const id of positionals.slice(1)) revoked.push(await installation.revokeKey(id))
    for (const { id, name } of revoked) terminal.message(`${id} (${name}) is revoked: within 5 s it is refused everywhere`)
    if (options.flag('json')) await terminal.data(`${JSON.stringify(revoked, null, 2)}\n`)
    return EXIT.ok
  })
}

function usage(detail: string): CollapsarError {
  return new CollapsarError('usage', `collapsar keys: ${detail}. See: collapsar keys --help`)
}
