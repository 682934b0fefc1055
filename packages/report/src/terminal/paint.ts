import { scalePosition } from '../colour-scale.ts'

/** How text is dressed for a terminal; without colour nothing is added. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  /** On the colour of a probability. */
  shade(text: string, probability: number): string
}

const PLAIN: Paint = { bold: (text) => text, dim: (text) => text, shade: (text) => text }

const ANSI: Paint = {
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  shade: (text, probability) => {
    const step = Math.round(scalePosition(probability) * (RAMP.length - 1))
    return `\u001b[38;5;${step < FIRST_DARK ? BLACK : WHITE};48;5;${RAMP[step]}m${text}\u001b[39;49m`
  },
}

export function paint(colour: boolean): Paint {
  return colour ? ANSI : PLAIN
}

/**
 * The figure's colours as far as every colour terminal has them: entries of xterm's 6 x 6 x 6 cube, each darker
 * than the one before. Rounding the scale itself to the cube would break its order.
 */
export const RAMP = [229, 223, 216, 209, 203, 161, 125, 89, 53] as const
/** Of these, the lightest on which white text reads better than black. */
const FIRST_DARK = 5
const BLACK = 16
const WHITE = 231
