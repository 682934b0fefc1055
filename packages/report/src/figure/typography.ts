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

/** Width in pixels of a line of DejaVu Sans, to about 5%; unknown letters count as wide ones. */
export function textWidth(text: string, fontSize: number): number {
  return [...text].reduce((sum, character) => sum + (WIDTHS.get(character) ?? characterWidth(character)), 0) * fontSize
}

/** Advance widths of letters that are far from the average, in units of the font size. */
const WIDTHS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    0.28: "ijlI|'",
    0.34: 'f.,:;()[]-/ ',
    0.41: 'rtJ"⁰¹²³⁴⁵⁶⁷⁸⁹',
    0.55: 'cszkvxy⁻',
    0.84: 'w=+<>≤≥×~−',
    0.98: 'mM%W@…',
  }).flatMap(([width, letters]) => [...letters].map((letter) => [letter, Number(width)])),
)

function characterWidth(character: string): number {
  if (/\d/.test(character)) return DIGIT_WIDTH
  if (/[a-z]/.test(character)) return 0.62
  return /\p{Lu}/u.test(character) ? 0.69 : 1
}

/** Characters of running text that fit into a width in pixels. */
export function charactersIn(width: number, fontSize: number): number {
  return Math.max(1, Math.floor(width / (TEXT_WIDTH * fontSize)))
}
