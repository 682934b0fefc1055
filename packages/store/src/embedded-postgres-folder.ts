import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  accessSync, constants, existsSync, linkSync, lstatSync, readFileSync, rmSync, statSync, writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { CollapsarError } from '@collapsar/sweep'
import { makeFolder } from './make-folder.ts'

/**
 * The embedded server's folder. `embedded-postgres-guard.ts` says who writes what.
 *
 * cluster/        Postgres' own data folder; appears, complete, by a rename
 * password        of the database user, 0600
 * users           named pipe: every process that uses the server holds its write end
 * joining-<hex>   a process that waits for the guard's answer; leaving-<hex> likewise
 * guard.lock      locked by the guard
 * server.lock     locked by every process of the server
 * port            the last one used, kept while it is free
 * postgres.log    of the guard, initdb and the server
 */
export interface PostgresFolder {
  readonly path: string
  readonly cluster: string
  readonly password: string
  readonly users: string
  readonly port: string
  readonly log: string
  readonly libraries: string
}

export function postgresFolder(dataDir: string): PostgresFolder {
  const path = resolve(dataDir)
  return {
    path,
    cluster: join(path, 'cluster'),
    password: join(path, 'password'),
    users: join(path, 'users'),
    port: join(path, 'port'),
    log: join(path, 'postgres.log'),
    libraries: join(path, 'libraries'),
  }
}

/**
 * Makes the folder, its password and its pipe where they are missing.
 *
 * @param major version of the server that will use it.
 * @throws CollapsarError `storage` when the folder cannot hold a database, or holds another one.
 */
export function prepareFolder(folder: PostgresFolder, major: string): void {
  try {
    refuseFile(folder.path)
    makeFolder(folder.path, 0o700)
    accessSync(folder.path, constants.R_OK | constants.W_OK | constants.X_OK)
    refuseForeignCluster(folder, major)
    if (!existsSync(folder.password)) writePassword(folder)
    if (!isPipe(folder.users)) makePipe(folder.users)
  } catch (error) {
    throw error instanceof CollapsarError ? error : unusableFolder(folder.path, error)
  }
}

function refuseFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isDirectory()) return
  throw new CollapsarError('storage', `The data folder ${path} is a file. Name a folder, or set DATABASE_URL.`)
}

function refuseForeignCluster(folder: PostgresFolder, major: string): void {
  if (existsSync(join(folder.path, 'PG_VERSION'))) {
    throw new CollapsarError('storage', `${folder.path} is itself a data folder of Postgres. Name another folder, `
      + 'or start that server and set DATABASE_URL.')
  }
  if (!existsSync(folder.cluster)) return
  const found = readIfThere(join(folder.cluster, 'PG_VERSION'))?.trim()
  if (found === major) return
  throw new CollapsarError('storage', found === undefined
    ? `${folder.cluster} is damaged: it has no PG_VERSION. Restore it, remove it, or set DATABASE_URL.`
    : `${folder.path} was written by Postgres ${found}; this version brings Postgres ${major}. Use another folder, `
      + 'or move the data with pg_dump and pg_restore and set DATABASE_URL.')
}

/** Several processes may be first at once: the link decides whose password it is, and nobody reads half a file. */
function writePassword(folder: PostgresFolder): void {
  const draft = `${folder.password}.${process.pid}-${randomBytes(4).toString('hex')}`
  writeFileSync(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(draft, folder.password)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function isPipe(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFIFO() === true
}

function makePipe(path: string): void {
  const made = spawnSync('mkfifo', ['-m', '600', path], { encoding: 'utf8' })
  if (made.status === 0 || isPipe(path)) return
  throw new CollapsarError('storage', `No named pipe can be made at ${path}: ${made.error?.message ?? made.stderr.trim()}. `
    + 'Use a folder on a local file system, or set DATABASE_URL.', { cause: made.error })
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file',
  ENAMETOOLONG: 'the path is too long',
}

/** The error for a folder that the system refuses to use. */
export function unusableFolder(path: string, cause: unknown): CollapsarError {
  const reason = REASONS[errorCode(cause)] ?? (cause instanceof Error ? cause.message : String(cause))
  return new CollapsarError('storage', `The data folder ${path} cannot be used: ${reason}. `
    + 'Name another folder, or set DATABASE_URL.', { cause })
}

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

export function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? ''
}
