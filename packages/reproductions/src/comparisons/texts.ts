/** Digits that a table shows of a number. */
const DIGITS = 4

/** A number to four significant digits, without trailing zeros: `0.2877`, `16.59`, `1000`. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(DIGITS)))
}

/** A share in percent, without the sign, to four significant digits of the share: `92.6`, `0.1293`. */
export function percentText(share: number): string {
  return numberText(100 * share)
}
