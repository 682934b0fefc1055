import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { startCollapsar } from './collapsar.ts'

export interface LogLine {
  readonly msg: string
  readonly [field: string]: unknown
}

/** A service process of ours and what it logged. */
export interface Service {
  readonly child: ChildProcess
  readonly log: readonly LogLine[]
  /** Resolves with the first line of this event, past or to come. */
  event(message: string): Promise<LogLine>
  /** SIGKILL by default; resolves when the process is gone. */
  end(signal?: NodeJS.Signals): Promise<void>
}

export function startService(args: readonly string[], env: Readonly<Record<string, string>>): Service {
  return serviceOf(startCollapsar(args, { COLLAPSAR_LOG: 'debug', ...env }), args.join(' '))
}

/** @param name what messages call the process. */
export function serviceOf(child: ChildProcess, name: string): Service {
  const log: LogLine[] = []
  createInterface({ input: child.stderr! }).on('line', (line) => {
    log.push(line.startsWith('{') ? (JSON.parse(line) as LogLine) : { msg: line })
  })
  return {
    child,
    log,
    event: async (message) => {
      const find = () => log.find((line) => line.msg === message)
      await expect.poll(find, { timeout: 30_000, interval: 20, message: `${name}: ${message}` }).toBeDefined()
      return find()!
    },
    end: async (signal = 'SIGKILL') => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const closed = once(child, 'exit')
      child.kill(signal)
      await closed
    },
  }
}
