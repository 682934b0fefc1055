import { textWidth } from '../figure/typography.ts'

/** Where a line of text stands on the page, in pixels. */
export interface TextBox {
  readonly content: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const TAG = /<(\/?)(\w+)([^>]*?)(\/?)>([^<]*)/g

/** Every upright or level line of text of a picture whose groups are only translated. */
export function textBoxes(svg: string): TextBox[] {
  const offsets = [{ x: 0, y: 0 }]
  const boxes: TextBox[] = []
  for (const [, isEnd, name, attributes, isEmpty, content] of svg.matchAll(TAG)) {
    if (name === 'text' && isEnd === '') boxes.push(...boxOf(attributes!, unescaped(content!), offsets.at(-1)!))
    if (name !== 'g' || isEmpty !== '') continue
    if (isEnd === '') offsets.push(moved(offsets.at(-1)!, attributes!))
    else offsets.pop()
  }
  return boxes
}

/** Pairs of lines of which each covers some of the other. */
export function overlaps(boxes: readonly TextBox[]): string[] {
  const meet = (a: TextBox, b: TextBox): boolean =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1
  return boxes.flatMap((box, index) => {
    return boxes.slice(index + 1).filter((other) => meet(box, other)).map((other) => `${box.content} / ${other.content}`)
  })
}

function moved({ x, y }: { x: number; y: number }, attributes: string): { x: number; y: number } {
  const [, dx = '0', dy = '0'] = /transform="translate\(([-\d.]+) ([-\d.]+)\)"/.exec(attributes) ?? []
  return { x: x + Number(dx), y: y + Number(dy) }
}

function boxOf(attributes: string, content: string, offset: { x: number; y: number }): TextBox[] {
  const value = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1] ?? ''
  const [x, y, size] = [offset.x + Number(value('x')), offset.y + Number(value('y')), Number(value('font-size'))]
  const length = textWidth(content, size) * (value('font-weight') === 'bold' ? 1.1 : 1)
  const before = { start: 0, middle: 0.5, end: 1 }[value('text-anchor')] ?? 0
  const [up, down] = [0.76 * size, 0.24 * size]
  if (value('transform') === '') {
    const left = x - before * length
    return [{ content, left, right: left + length, top: y - up, bottom: y + down }]
  }
  // Turned by 90 degrees around its own place, it runs upwards.
  const bottom = y + before * length
  return value('transform').startsWith('rotate(-90 ') ? [{ content, left: x - up, right: x + down, top: bottom - length, bottom }] : []
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
