import { access, constants, statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { cpuEngineStatus } from '@collapsar/engine-cpu'
import { findEngine, makeFolder } from '@collapsar/standalone'
import { ENGINE_KINDS } from '@collapsar/sweep'
import type { Command, Invocation } from '../command.ts'
import { EXIT } from '../command.ts'
import { withBackends } from '../with-backends.ts'
import { JSON_OPTION } from '../options.ts'

interface Finding {
  readonly subject: string
  readonly ok: boolean
  readonly detail: string
}

const GIB = 1024 ** 3
/** Below this a sweep of some size may fill the disk; warned of, not refused. */
const LITTLE_SPACE = 2 * GIB

/** Looks at everything a run needs and says what is missing and how to get it. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'check what this machine offers and what is missing',
  positionals: [],
  options: { json: JSON_OPTION },
  run: async (invocation) => {
    const findings = [machine(), engine(), ...(await otherEngines()), await folder(invocation), await database(invocation), await queue(invocation)]
    const healthy = findings.every((finding) => finding.ok)
    await invocation.terminal.data(
      invocation.options.flag('json')
        ? `${JSON.stringify({ healthy, findings }, null, 2)}\n`
        : findings.map(({ subject, ok, detail }) => `${ok ? 'ok   ' : 'FAIL '} ${subject.padEnd(9)} ${detail}\n`).join(''),
    )
    return healthy ? EXIT.ok : EXIT.error
  },
}

function machine(): Finding {
  const memory = (totalmem() / GIB).toFixed(0)
  const detail = `Node ${process.versions.node}, ${process.platform}-${process.arch}, ${availableParallelism()} cores, ${memory} GiB of memory`
  return { subject: 'machine', ok: true, detail }
}

function engine(): Finding {
  const status = cpuEngineStatus()
  return status.available
    ? { subject: 'engine', ok: true, detail: `cpu, instruction set ${status.instructionSet}` }
    : { subject: 'engine', ok: false, detail: status.reason }
}

/** A machine without them is healthy. */
async function otherEngines(): Promise<readonly Finding[]> {
  const kinds = ENGINE_KINDS.filter((kind) => kind !== 'cpu')
  return Promise.all(
    kinds.map(async (kind) => {
      const detail = await findEngine({ engine: kind, threads: 1 }).then(({ device }) => device ?? 'available', (error: unknown) => `none: ${reason(error)}`)
      return { subject: kind, ok: true, detail }
    }),
  )
}

async function folder({ configuration }: Invocation): Promise<Finding> {
  const subject = 'folder'
  if (configuration.databaseUrl !== null) return { subject, ok: true, detail: 'not used: DATABASE_URL is set' }
  try {
    makeFolder(configuration.dataDir)
    await access(configuration.dataDir, constants.W_OK)
    const { bavail, bsize } = await statfs(configuration.dataDir)
    const free = `${((bavail * bsize) / GIB).toFixed(1)} GiB free`
    const little = bavail * bsize < LITTLE_SPACE ? '; a record takes about 20 bytes a trial' : ''
    return { subject, ok: true, detail: `${configuration.dataDir}, ${free}${little}` }
  } catch (error) {
    return { subject, ok: false, detail: `${configuration.dataDir} cannot be written: ${reason(error)}; choose another with --data` }
  }
}

async function database({ configuration, log }: Invocation): Promise<Finding> {
  const subject = 'database'
  try {
    await withBackends({ configuration, log }, ({ store }) => store.ping())
    return { subject, ok: true, detail: configuration.databaseUrl === null ? 'embedded Postgres' : 'DATABASE_URL answers' }
  } catch (error) {
    return { subject, ok: false, detail: reason(error) }
  }
}

async function queue({ configuration, log }: Invocation): Promise<Finding> {
  const subject = 'queue'
  try {
    await withBackends({ configuration, log }, async (backends) => (await backends.queue()).ping())
    return { subject, ok: true, detail: configuration.redisUrl === null ? 'kept in Postgres' : 'REDIS_URL answers' }
  } catch (error) {
    return { subject, ok: false, detail: reason(error) }
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
