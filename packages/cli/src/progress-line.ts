export interface Progress {
  /** Share of the work done, in [0, 1]. */
  readonly fraction: number
  readonly seconds: number
  /** Trials trained since the start, and how many there were to train. */
  readonly trained: number
  readonly toRun: number
}

const BAR_WIDTH = 28
/** Below this share an extrapolated remaining time means nothing. */
const MINIMUM_EXTRAPOLATED = 0.02

export function progressLine({ fraction, seconds, trained, toRun }: Progress): string {
  const trials = `${count(trained)} of ${count(Math.max(toRun, trained))} trials`
  const left = fraction > MINIMUM_EXTRAPOLATED && fraction < 1 ? `, about ${duration((seconds * (1 - fraction)) / fraction)} left` : ''
  return `${barOf(fraction)}  ${trials}, ${duration(seconds)}${left}`
}

/** Of a sweep that decides after each round what follows. */
export interface RoundProgress {
  /** Share of the present round that is done, in [0, 1]. */
  readonly fraction: number
  readonly seconds: number
  /** Trials that the sweep has, trained now or found. */
  readonly counted: number
  /** From 1. */
  readonly round: number
}

/** How many trials later rounds ask for, and so how long it takes, nobody knows yet. */
export function roundLine({ fraction, seconds, counted, round }: RoundProgress): string {
  return `${barOf(fraction)} of round ${round}, ${count(counted)} trials counted, ${duration(seconds)}`
}

function barOf(fraction: number): string {
  const filled = Math.round(BAR_WIDTH * fraction)
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${`${Math.floor(100 * fraction)}%`.padStart(4)}`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** Seconds in words: `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
