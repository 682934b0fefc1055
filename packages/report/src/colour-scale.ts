/** Linear sRGB components, or sRGB bytes, or OKLab (lightness, a, b), as each function says. */
type Triple = readonly [number, number, number]

/** Probabilities at or below this share the first colour, so that maps of different sweeps can be compared. */
export const SCALE_FLOOR = 0.001

/**
 * Light where collapse is rare, dark where it is sure; matplotlib's "magma" (van der Walt and Smith, 2015, CC0)
 * read backwards and without its black end. Lightness falls evenly along the scale, so the order survives
 * printing in grey and every form of colour blindness.
 */
const STOPS = ['#fcfdbf', '#fc8961', '#b73779', '#51127c'].map((hex) => toOklab(bytesOf(hex)))

/** Place of a probability on the logarithmic scale: 0 at SCALE_FLOOR and below, 1 at certainty. */
export function scalePosition(probability: number): number {
  if (probability <= SCALE_FLOOR) return 0
  return Math.min(1, 1 - Math.log(probability) / Math.log(SCALE_FLOOR))
}

/** Colour of a probability as sRGB bytes. */
export function colourOf(probability: number): Triple {
  const place = scalePosition(probability) * (STOPS.length - 1)
  const index = Math.min(Math.floor(place), STOPS.length - 2)
  const [from, to] = [STOPS[index], STOPS[index + 1]]
  if (from === undefined || to === undefined) throw new RangeError(`no colour for probability ${probability}`)
  return toBytes(mix(from, to, place - index))
}

/** The same as `#rrggbb`. */
export function hexColour(probability: number): string {
  return `#${colourOf(probability).map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** Whether dark text has more contrast than white on the colour of a probability; the two are equal near 0.6. */
export function isLight(probability: number): boolean {
  return toOklab(colourOf(probability))[0] > 0.6
}

function mix(a: Triple, b: Triple, share: number): Triple {
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])]
}

function bytesOf(hex: string): Triple {
  const byte = (index: number): number => Number.parseInt(hex.slice(index, index + 2), 16)
  return [byte(1), byte(3), byte(5)]
}

/** sRGB bytes to OKLab (Ottosson 2020, "A perceptual color space for image processing"). */
export function toOklab(bytes: Triple): Triple {
  const [r, g, b] = [toLinear(bytes[0]), toLinear(bytes[1]), toLinear(bytes[2])]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function toBytes([lightness, a, b]: Triple): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

function toLinear(byte: number): number {
  const value = byte / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function toByte(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
  return Math.round(255 * Math.min(1, Math.max(0, value)))
}
