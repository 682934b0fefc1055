import { accessSync, constants } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '@collapsar/standalone'
import { CollapsarError } from '@collapsar/sweep'

/** Makes a folder for results, before any work is done for them. @throws CollapsarError `storage` */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(folder)
    accessSync(join(folder, '.'), constants.W_OK)
  } catch (cause) {
    throw new CollapsarError('storage', `--out ${folder} cannot be written: ${String(cause)}`, { cause })
  }
}

/** Writes a file that appears whole or not at all. @throws CollapsarError `storage`, or what `render` throws of that kind */
export async function writeWhole(
  folder: string,
  name: string,
  render: () => string | Uint8Array | Promise<string | Uint8Array>,
): Promise<void> {
  const path = join(folder, name)
  try {
    await writeFile(`${path}.part`, await render())
    await rename(`${path}.part`, path)
  } catch (cause) {
    if (cause instanceof CollapsarError) throw cause
    throw new CollapsarError('storage', `${path} cannot be written: ${String(cause)}`, { cause })
  }
}
