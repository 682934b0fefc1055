import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and the ones above it that do not exist. Node's own `recursive` reports a read-only file system as
 * "no such file", and never returns below /proc.
 * @throws the system's error of the first folder that cannot be made
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (existsSync(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path), mode)
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    // Another process was quicker.
    if (!existsSync(path)) throw error
  }
}
