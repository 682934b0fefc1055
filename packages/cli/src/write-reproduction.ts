import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FIGURES, FORMATS, PICTURE_FORMATS, verdictTableOf } from '@collapsar/report'
import { allVerdicts, indexOf, markdownOf, TARGETS } from '@collapsar/reproductions'
import type { Figure, Reproduction, ReproductionDocument } from '@collapsar/reproductions'
import { writeWhole } from './output-folder.ts'

/** NAME.json, NAME.md, NAME.svg and NAME.png. @throws CollapsarError `storage` */
export async function writeReproduction(folder: string, { document, figure: draw }: Reproduction): Promise<void> {
  const { name } = document
  const figure = await draw()
  await writePictures(folder, name, figure)
  await writeWhole(folder, `${name}.md`, () => markdownOf(document, `${name}.png`))
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

async function writePictures(folder: string, name: string, figure: Figure): Promise<void> {
  for (const format of ['svg', 'png'] as const) await writeWhole(folder, `${name}.${format}`, () => pictureOf(figure, format))
}

/**
 * README.md, verdicts.md, verdicts.svg and verdicts.png: a table of every reproduction whose document lies in the folder, from this run or an
 * earlier one, and the first comparison of each as a table and a picture.
 */
export async function writeIndex(folder: string): Promise<void> {
  const paths = TARGETS.map(({ name }) => join(folder, `${name}.json`)).filter((path) => existsSync(path))
  const documents = await Promise.all(paths.map(async (path) => JSON.parse(await readFile(path, 'utf8')) as ReproductionDocument))
  await writeWhole(folder, 'README.md', () => indexOf(documents))
  const verdicts = allVerdicts(documents)
  await writePictures(folder, 'verdicts', { kind: 'verdicts', data: verdicts })
  await writeWhole(folder, 'verdicts.md', () => `# ${verdicts.title}\n\n![${verdicts.title}](verdicts.png)\n\n${verdictTableOf(verdicts.rows)}`)
}
