import { colourOf, isLight } from '../colour-scale.ts'

/** How text is dressed for a terminal; without colour nothing is added. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  /** On the colour of a probability, from the 6 x 6 x 6 cube that every colour terminal has. */
  shade(text: string, probability: number): string
}

const PLAIN: Paint = { bold: (text) => text, dim: (text) => text, shade: (text) => text }

const ANSI: Paint = {
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  shade: (text, probability) => {
    const ink = isLight(probability) ? 16 : 231
    return `\u001b[38;5;${ink};48;5;${cubeColour(colourOf(probability))}m${text}\u001b[39;49m`
  },
}

export function paint(colour: boolean): Paint {
  return colour ? ANSI : PLAIN
}

const CUBE = [0, 95, 135, 175, 215, 255]

function cubeColour(bytes: readonly [number, number, number]): number {
  const [red, green, blue] = bytes.map(nearestStep)
  return 16 + 36 * (red ?? 0) + 6 * (green ?? 0) + (blue ?? 0)
}

function nearestStep(byte: number): number {
  const distances = CUBE.map((step) => Math.abs(step - byte))
  return distances.indexOf(Math.min(...distances))
}
