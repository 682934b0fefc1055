import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FORMATS } from '@collapsar/report'
import { indexOf, markdownOf, TARGETS } from '@collapsar/reproductions'
import type { Reproduction, ReproductionDocument } from '@collapsar/reproductions'
import { writeWhole } from './output-folder.ts'

/** NAME.json, NAME.md and, where the target has a figure, NAME.svg and NAME.png. @throws CollapsarError `storage` */
export async function writeReproduction(folder: string, { document, figure }: Reproduction): Promise<void> {
  const { name } = document
  if (figure !== null) {
    for (const format of ['svg', 'png'] as const) await writeWhole(folder, `${name}.${format}`, () => FORMATS[format].render(figure.document))
  }
  await writeWhole(folder, `${name}.md`, () => markdownOf(document, figure === null ? null : `${name}.png`))
  await writeWhole(folder, `${name}.json`, () => `${JSON.stringify(document, null, 2)}\n`)
}

/** README.md: a table of every reproduction whose document lies in the folder, from this run or an earlier one. */
export async function writeIndex(folder: string): Promise<void> {
  const paths = TARGETS.map(({ name }) => join(folder, `${name}.json`)).filter((path) => existsSync(path))
  const documents = await Promise.all(paths.map(async (path) => JSON.parse(await readFile(path, 'utf8')) as ReproductionDocument))
  await writeWhole(folder, 'README.md', () => indexOf(documents))
}
