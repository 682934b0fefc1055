/** DejaVu Sans is what PNGs are drawn with; Verdana has nearly its widths. */
export const FONT_FAMILY = 'DejaVu Sans, Verdana, sans-serif'

export const INK = '#1a1a1a'
export const FAINT_INK = '#595959'

/** Width of DejaVu Sans digits, in units of the font size. */
const DIGIT_WIDTH = 0.637
/** Average width of its running text, rounded up, in the same unit. */
const TEXT_WIDTH = 0.58

/** Width in pixels of a number as it stands in a cell. */
export function numberWidth(text: string, fontSize: number): number {
  return [...text].reduce((sum, character) => sum + (character === '.' ? 0.32 : DIGIT_WIDTH), 0) * fontSize
}

/** Characters of running text that fit into a width in pixels. */
export function charactersIn(width: number, fontSize: number): number {
  return Math.max(1, Math.floor(width / (TEXT_WIDTH * fontSize)))
}
