import { printable } from '../text.ts'

type Attributes = Readonly<Record<string, string | number>>

/** Markup of one SVG element. Attributes are escaped; children must be markup, which `text` and `title` make. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(valueText(value))}"`)
  const open = `<${name}${list.join('')}`
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`
}

/** A line of text, escaped. */
export function text(content: string, attributes: Attributes): string {
  return element('text', attributes, escape(content))
}

/** What a browser shows while the pointer rests on the parent element, escaped. */
export function title(content: string): string {
  return element('title', {}, escape(content))
}

function valueText(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value
}

/** Characters that XML reserves become entities; characters that it forbids become U+FFFD. */
function escape(content: string): string {
  return printable(content)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
