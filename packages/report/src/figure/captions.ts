import type { SweepDocument } from '@collapsar/sweep'
import { arithmeticText, figureDigest, initsText, intervalMethodText, titleOf, trialsText, untilText } from '../summary.ts'
import { printable, wrap } from '../text.ts'
import { text } from './element.ts'
import { charactersIn, FAINT_INK, INK } from './typography.ts'

/** Lines of text and the height that they take. */
export interface Caption {
  readonly markup: string
  readonly height: number
}

/** The sweep's name, then its setting in words. */
export function header(document: SweepDocument, width: number): Caption {
  const name = lines(titleOf(document), { width, size: 18, line: 24, colour: INK, bold: true })
  const counted = `${initsText(document)} initializations a cell, ${arithmeticText(document)}${stateText(document)}`
  const setting = printable(document.sweep.setting)
  const words = [setting, counted, untilText(document)].filter((part) => part !== '').join('; ')
  const subtitle = lines(`P(collapse): ${words}`, { width, size: 12, line: 17, colour: FAINT_INK })
  return { markup: name.markup + shifted(subtitle.markup, name.height), height: name.height + subtitle.height }
}

/** What was counted, what the intervals are, and the digest that names the data. */
export function footer(document: SweepDocument, width: number): Caption {
  const style = { width, size: 10, line: 15, colour: FAINT_INK }
  const counted = lines(`${trialsText(document)}; digest ${figureDigest(document)}`, style)
  const interval = lines(`Interval of each cell by itself: ${intervalMethodText(document)}`, style)
  return { markup: counted.markup + shifted(interval.markup, counted.height), height: counted.height + interval.height }
}

function stateText(document: SweepDocument): string {
  const state = printable(document.sweep.state)
  return state === '' || state === 'done' ? '' : `, ${state}`
}

interface Style {
  readonly width: number
  readonly size: number
  readonly line: number
  readonly colour: string
  readonly bold?: boolean
}

/** Text broken to a width, its upper edge at 0. */
export function lines(content: string, style: Style): Caption {
  const broken = wrap(content, charactersIn(style.width, style.bold === true ? 1.15 * style.size : style.size))
  const weight = style.bold === true ? 'bold' : 'normal'
  const type = { 'font-size': style.size, 'font-weight': weight, 'fill': style.colour }
  const marks = broken.map((line, index) => text(line, { x: 0, y: index * style.line + style.size, ...type }))
  return { markup: marks.join(''), height: broken.length * style.line }
}

function shifted(markup: string, y: number): string {
  return `<g transform="translate(0 ${y})">${markup}</g>`
}
