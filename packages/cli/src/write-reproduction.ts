import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FIGURES, FORMATS, PICTURE_FORMATS } from '@collapsar/report'
import { indexOf, markdownOf, TARGETS } from '@collapsar/reproductions'
import type { Figure, Reproduction, ReproductionDocument } from '@collapsar/reproductions'
import { writeWhole } from './output-folder.ts'

/** NAME.json, NAME.md and, where the target has a figure, NAME.svg and NAME.png. @throws CollapsarError `storage` */
export async function writeReproduction(folder: string, { document, figure }: Reproduction): Promise<void> {
  const { name } = document
  if (figure !== null) {
    for (const format of ['svg', 'png'] as const) await writeWhole(folder, `${name}.${format}`, () => pictureOf(figure, format))
  }
  await writeWhole(folder, `${name}.md`, () => markdownOf(document, figure === null ? null : `${name}.png`))
  await writeWhole(folder, `${name}.json`, () => `${JSON.stringify(document, null, 2)}\n`)
}

function pictureOf(figure: Figure, format: 'svg' | 'png'): ReturnType<(typeof FORMATS)['svg']['render']> {
  return figure.kind === 'map' ? FORMATS[format].render(figure.document) : PICTURE_FORMATS[format].render(svgOf(figure))
}

function svgOf(figure: Exclude<Figure, { kind: 'map' }>): string {
  switch (figure.kind) {
    case 'curves':
      return FIGURES.curves(figure.data)
    case 'directions':
      return FIGURES.directions(figure.data)
    case 'function':
      return FIGURES.function(figure.data)
    case 'histogram':
      return FIGURES.histogram(figure.data)
    case 'verdicts':
      return FIGURES.verdicts(figure.data)
    default:
      return figure satisfies never
  }
}

/** README.md: a table of every reproduction whose document lies in the folder, from this run or an earlier one. */
export async function writeIndex(folder: string): Promise<void> {
  const paths = TARGETS.map(({ name }) => join(folder, `${name}.json`)).filter((path) => existsSync(path))
  const documents = await Promise.all(paths.map(async (path) => JSON.parse(await readFile(path, 'utf8')) as ReproductionDocument))
  await writeWhole(folder, 'README.md', () => indexOf(documents))
}
