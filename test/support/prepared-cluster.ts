import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Where the files of one run of tests find a cluster that one of them has made. */
const FOLDER = 'COLLAPSAR_TEST_PREPARED'

/** Of vitest, before all files: a folder for the run. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'collapsar-prepared-'))
  process.env[FOLDER] = folder
  return () => rm(folder, { recursive: true, force: true })
}

/** What a cluster needs to be started somewhere else. */
const FILES = ['cluster', 'password']

/** Lays a cluster out in a new data folder as another file of this run left it; false where none has yet. */
export async function takeCluster(dataDir: string): Promise<boolean> {
  const ready = join(process.env[FOLDER] ?? '', 'ready')
  if (process.env[FOLDER] === undefined || !existsSync(ready)) return false
  await copy(ready, dataDir)
  return true
}

/** Keeps the stopped cluster of a data folder for files to come; the first one does. */
export async function keepCluster(dataDir: string): Promise<void> {
  const folder = process.env[FOLDER]
  if (folder === undefined) return
  const draft = join(folder, 'draft')
  try {
    await mkdir(join(folder, 'keeper'))
  } catch {
    // Another file keeps, or has kept, its own.
    return
  }
  await copy(dataDir, draft)
  await rename(draft, join(folder, 'ready'))
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  // Two thousand small files: cp takes a fifth of the time that Node does.
  await execute('cp', ['-a', '--', ...FILES.map((name) => join(from, name)), to])
}
