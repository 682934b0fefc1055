/** One labelled place of an axis. */
export interface Tick {
  readonly value: number
  readonly text: string
}

/** How the numbers of an axis are written: as they are, only whole ones, or a share as percent. */
export type Numbers = 'plain' | 'whole' | 'percent'

export interface TickOptions {
  /** About how many. */
  readonly count: number
  readonly numbers: Numbers
}

/** Multiples of 1, 2 or 5 times a power of ten within a domain (Heckbert 1990, "Nice numbers for graph labels"). */
export function linearTicks([low, high]: readonly [number, number], { count, numbers }: TickOptions): Tick[] {
  const step = niceStep((high - low) / Math.max(1, count), numbers)
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)]
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const value = (first + index) * step
    return { value, text: linearText(value, step, numbers) }
  })
}

function niceStep(rough: number, numbers: Numbers): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power
  return numbers === 'whole' ? Math.max(1, step) : step
}

function linearText(value: number, step: number, numbers: Numbers): string {
  const [shown, unit] = numbers === 'percent' ? [100 * value, 100 * step] : [value, step]
  if (shown === 0) return '0'
  if (Math.abs(shown) >= 1e6 || unit < 1e-4) return Number(shown.toPrecision(6)).toExponential().replace('e+', 'e')
  const text = shown.toFixed(Math.max(0, -Math.floor(Math.log10(unit) + 1e-9)))
  return Number(text) === 0 ? '0' : text
}

/**
 * Powers of ten within a domain; where these are fewer than three, 2 and 5 times each as well; within one decade
 * the ticks of a linear axis.
 */
export function logTicks(domain: readonly [number, number], options: TickOptions): Tick[] {
  const [low, high] = domain
  const decades = range(Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9))
  if (decades.length > options.count) {
    const every = Math.ceil(decades.length / options.count)
    return powers(decades.filter((exponent) => exponent % every === 0), options.numbers)
  }
  if (decades.length >= 3) return powers(decades, options.numbers)
  const fine = range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)))
    .flatMap((exponent) => [1, 2, 5].map((factor) => Number(`${factor}e${exponent}`)))
    .filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
  if (fine.length < 3) return linearTicks(domain, options)
  return fine.map((value) => ({ value, text: plainText(value, options.numbers) }))
}

/** As `0.01` or `1000` where all are short, else all as powers of ten. */
function powers(exponents: readonly number[], numbers: Numbers): Tick[] {
  const shift = numbers === 'percent' ? 2 : 0
  const isShort = exponents.every((exponent) => exponent + shift >= -3 && exponent + shift <= 4)
  return exponents.map((exponent) => {
    const value = Number(`1e${exponent}`)
    return { value, text: isShort ? plainText(value, numbers) : `10${superscript(exponent + shift)}` }
  })
}

function plainText(value: number, numbers: Numbers): string {
  return String(Number((numbers === 'percent' ? 100 * value : value).toPrecision(6)))
}

function superscript(exponent: number): string {
  return [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? ''))).join('')
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}
