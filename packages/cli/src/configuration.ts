import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { availableParallelism, homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { CollapsarError } from '@collapsar/sweep'
import type { Options } from './options.ts'

/** A server to speak to in place of a database. */
export interface ServerAddress {
  readonly url: string
  /** API key; null: none is sent. It appears in no message and no log. */
  readonly key: string | null
}

/** Where a service answers what it counts. */
export interface MetricsAddress {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** Everything the environment decides; the only place that reads it. */
export interface Configuration {
  /** Where sweeps are submitted, followed and commanded; null: the database of this machine. */
  readonly server: ServerAddress | null
  readonly databaseUrl: string | null
  readonly redisUrl: string | null
  /** Go on although Redis may evict keys. */
  readonly allowEviction: boolean
  readonly dataDir: string
  readonly threads: number
  readonly colour: boolean
  readonly logLevel: string | null
  /** null: nowhere. */
  readonly metrics: MetricsAddress | null
  /** What this machine is called; null: by its host name. */
  readonly machine: string | null
  /** Addresses and networks of proxies whose X-Forwarded-For is believed; empty: nobody's. */
  readonly trustedProxies: readonly string[]
}

const MAXIMUM_THREADS = 1024
const MAXIMUM_PORT = 65_535
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** @throws CollapsarError `usage` naming the variable or flag, its value and what is accepted. */
export function readConfiguration(options: Options, env: NodeJS.ProcessEnv): Configuration {
  return {
    server: serverAddress(env),
    databaseUrl: serverUrl('DATABASE_URL', secret('DATABASE_URL', env), ['postgres:', 'postgresql:']),
    redisUrl: serverUrl('REDIS_URL', secret('REDIS_URL', env), ['redis:', 'rediss:']),
    allowEviction: flag('COLLAPSAR_ALLOW_EVICTION', env['COLLAPSAR_ALLOW_EVICTION']),
    dataDir: resolve(options.text('data') ?? (env['COLLAPSAR_DATA'] || defaultDataDir(env))),
    threads: options.integer('threads', 1, MAXIMUM_THREADS) ?? availableParallelism(),
    colour: env['NO_COLOR'] === undefined || env['NO_COLOR'] === '',
    logLevel: logLevel(env['COLLAPSAR_LOG']),
    metrics: metricsAddress(options, env),
    machine: machineName(options, env),
    trustedProxies: trustedProxies(env['COLLAPSAR_TRUST_PROXY']),
  }
}

/**
 * A value that may hold a password: the variable itself, or the content of the file that `<name>_FILE` names, as container
 * platforms hand out secrets.
 */
function secret(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = env[`${name}_FILE`]
  if (env[name] || !file) return env[name]
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new CollapsarError('usage', `${name}_FILE is ${file}, which cannot be read; accepted: a file that holds the value of ${name}`, { cause })
  }
}

function serverAddress(env: NodeJS.ProcessEnv): ServerAddress | null {
  const url = env['COLLAPSAR_URL']
  if (url === undefined || url === '') return null
  const { protocol, username, password } = URL.canParse(url) ? new URL(url) : { protocol: '', username: '', password: '' }
  if (!['http:', 'https:'].includes(protocol) || username !== '' || password !== '') {
    // The value may hold a password: it is not repeated.
    throw new CollapsarError('usage', 'COLLAPSAR_URL is not a valid address; accepted: http://host:port or https://host, the key apart in COLLAPSAR_KEY')
  }
  return { url, key: apiKey(env['COLLAPSAR_KEY']) }
}

/** What a header can carry. */
function apiKey(value: string | undefined): string | null {
  if (value === undefined || value === '') return null
  if (/^[\x21-\x7e]+$/.test(value)) return value
  throw new CollapsarError('usage', 'COLLAPSAR_KEY is not an API key; accepted: visible ASCII characters without spaces')
}

function serverUrl(name: string, value: string | undefined, protocols: readonly string[]): string | null {
  if (value === undefined || value === '') return null
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  if (protocols.includes(protocol)) return value
  // The value may hold a password: it is not repeated.
  const accepted = protocols.map((known) => `${known}//user@host:port/name`).join(' or ')
  throw new CollapsarError('usage', `${name} is not a valid address; accepted: ${accepted}`)
}

/** Options go before variables. */
function metricsAddress(options: Options, env: NodeJS.ProcessEnv): MetricsAddress | null {
  const port = options.integer('metrics-port', 0, MAXIMUM_PORT) ?? portOf('COLLAPSAR_METRICS_PORT', env['COLLAPSAR_METRICS_PORT'])
  const given = options.text('metrics-host')
  if (given !== null && port === null) throw new CollapsarError('usage', `--metrics-host is ${given} without a port; accepted: with --metrics-port`)
  const host = given ?? (env['COLLAPSAR_METRICS_HOST'] || '127.0.0.1')
  return port === null ? null : { host, port }
}

/** As a machine is named in a list, and in a sentence. */
function machineName(options: Options, env: NodeJS.ProcessEnv): string | null {
  const [option, variable] = [options.text('machine'), env['COLLAPSAR_MACHINE'] ?? '']
  const [name, value] = option === null ? ['COLLAPSAR_MACHINE', variable] : ['--machine', option]
  if (option === null && variable === '') return null
  if (/^[\w.:-]{1,200}$/.test(value)) return value
  throw new CollapsarError('usage', `${name} is ${JSON.stringify(value)}; accepted: 1 to 200 letters, digits, "_", "-", "." and ":"`)
}

function portOf(name: string, value: string | undefined): number | null {
  if (value === undefined || value === '') return null
  if (/^\d{1,5}$/.test(value) && Number(value) <= MAXIMUM_PORT) return Number(value)
  throw new CollapsarError('usage', `${name} is ${value}; accepted: an integer from 0 to ${MAXIMUM_PORT}`)
}

function flag(name: string, value: string | undefined): boolean {
  if (value === undefined || value === '' || value === '0') return false
  if (value === '1') return true
  throw new CollapsarError('usage', `${name} is ${value}; accepted: 0, 1`)
}

/** Named one by one: a server that believes everybody lets each caller choose an address. */
function trustedProxies(value: string | undefined): readonly string[] {
  if (value === undefined || value === '') return []
  const proxies = value.split(',').map((proxy) => proxy.trim())
  const wrong = proxies.find((proxy) => !isNetwork(proxy))
  if (wrong === undefined) return proxies
  throw new CollapsarError(
    'usage',
    `COLLAPSAR_TRUST_PROXY names ${JSON.stringify(wrong)}; accepted: addresses and networks of proxies, as in 127.0.0.1,10.0.0.0/8,fd00::/8`,
  )
}

/** An address, or one with the number of its leading bits that count; not all addresses there are. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

function defaultDataDir(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'collapsar')
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'collapsar')
}

function logLevel(value: string | undefined): string | null {
  if (value === undefined || value === '') return null
  if (LOG_LEVELS.includes(value)) return value
  throw new CollapsarError('usage', `COLLAPSAR_LOG is ${value}; accepted: ${LOG_LEVELS.join(', ')}`)
}
