import { lines } from '../figure/captions.ts'
import type { Caption } from '../figure/captions.ts'
import { element } from '../figure/element.ts'
import { page } from '../figure/page.ts'
import { FAINT_INK, INK } from '../figure/typography.ts'
import { CONTENT_WIDTH } from '../plot/frame.ts'
import { countText } from '../percent.ts'
import { printable } from '../text.ts'

/** What stands above and below every figure. */
export interface Captions {
  readonly title: string
  /** Setting and counts in words. */
  readonly subtitle?: string
  /** Sentences below the legend: what n is, which interval, what is assumed. */
  readonly notes?: readonly string[]
  /** Names the data: `figureDigest` of the document that they come from. */
  readonly digest?: string | null
}

/** Title, blocks, notes and digest one below the other; a self-contained SVG 1.1 document. */
export function figurePage(captions: Captions, blocks: readonly Caption[], ownNotes: readonly string[] = []): string {
  const filled = blocks.filter(({ height }) => height > 0)
  const all = [heading(captions), ...filled, ...footing(captions, ownNotes)]
  return page({ title: printable(captions.title), width: CONTENT_WIDTH }, all)
}

function heading({ title, subtitle = '' }: Captions): Caption {
  const name = { content: printable(title), style: { size: 18, line: 24, colour: INK, bold: true } }
  const words = { content: printable(subtitle), style: { size: 12, line: 17, colour: FAINT_INK } }
  return stacked(subtitle === '' ? [name] : [name, words])
}

function footing({ notes = [], digest = null }: Captions, ownNotes: readonly string[]): Caption[] {
  const sentences = [...notes, ...ownNotes, ...(digest === null ? [] : [`digest ${digest}`])].map(printable)
  const style = { size: 10, line: 15, colour: FAINT_INK }
  return sentences.length === 0 ? [] : [stacked(sentences.map((content) => ({ content, style })))]
}

interface Paragraph {
  readonly content: string
  readonly style: { readonly size: number; readonly line: number; readonly colour: string; readonly bold?: boolean }
}

function stacked(paragraphs: readonly Paragraph[]): Caption {
  let height = 0
  const placed = paragraphs.map(({ content, style }) => {
    const caption = lines(content, { ...style, width: CONTENT_WIDTH })
    const markup = element('g', { transform: `translate(0 ${height})` }, caption.markup)
    height += caption.height
    return markup
  })
  return { markup: placed.join(''), height }
}

/** What an axis could not show, in words; empty where it showed everything. */
export function omissionNotes({ pinned, beyond }: { readonly pinned: number; readonly beyond: number }): string[] {
  const values = (count: number): string => (count === 1 ? '1 value' : `${countText(count)} values`)
  return [
    ...(pinned > 0 ? [`${values(pinned)} at or below 0 on a logarithmic axis: hollow, at its edge.`] : []),
    ...(beyond > 0 ? [`${values(beyond)} beyond the axes: not shown.`] : []),
  ]
}
