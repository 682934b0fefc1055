import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { runCommandLine } from '@collapsar/cli'

const BINARY = fileURLToPath(new URL('../../packages/cli/bin/collapsar.mjs', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the real command line to its end. The environment is PATH, HOME and what is given, nothing else. */
export async function collapsar(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return finished(startCollapsar(args, env))
}

/** The same command line in this process: it starts a second sooner. For what reads and refuses; what trains takes the real one. */
export async function collapsarHere(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const output = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof output) =>
    new Writable({
      write: (chunk: Buffer, _, done) => {
        output[name] += chunk.toString('utf8')
        done()
      },
    }) as unknown as NodeJS.WriteStream
  const code = await runCommandLine(args, { env, stdout: stream('stdout'), stderr: stream('stderr') })
  return { code, ...output }
}

export function startCollapsar(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, [BINARY, ...args], { env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
}

export async function finished(child: ChildProcess): Promise<Finished> {
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]!.setEncoding('utf8').on('data', (text: string) => (output[stream] += text))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}
