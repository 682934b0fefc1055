/**
 * a b + c of binary64 numbers, rounded once. Where nothing can overflow or underflow, exact sums of two numbers (Knuth) and products (Dekker) and a
 * last sum rounded to odd (Boldo, Melquiond 2008, doi:10.1109/TC.2007.70819); elsewhere integers.
 */
export function fma64(a: number, b: number, c: number): number {
  const product = a * b
  if (!Number.isFinite(product) || !Number.isFinite(c)) return Number.isFinite(a) && Number.isFinite(b) && Number.isFinite(c) ? exactFma(a, b, c) : product + c
  if (product === 0 && (a === 0 || b === 0)) return product + c
  const size = Math.abs(product)
  const inRange = size > 1e-200 && size < 1e200 && Math.abs(a) < 1e200 && Math.abs(b) < 1e200 && (c === 0 || (Math.abs(c) > 1e-200 && Math.abs(c) < 1e200))
  if (!inRange) return exactFma(a, b, c)
  const low = productError(a, b, product)
  const [sumLow, errorLow] = twoSum(c, low)
  const [sumHigh, errorHigh] = twoSum(product, sumLow)
  return sumHigh + oddSum(errorHigh, errorLow)
}

const SPLIT = 2 ** 27 + 1

function productError(a: number, b: number, product: number): number {
  const [ah, bh] = [high(a), high(b)]
  const [al, bl] = [a - ah, b - bh]
  return al * bl - (product - ah * bh - al * bh - ah * bl)
}

function high(x: number): number {
  const t = SPLIT * x
  return t - (t - x)
}

function twoSum(a: number, b: number): readonly [number, number] {
  const sum = a + b
  const part = sum - a
  return [sum, a - (sum - part) + (b - part)]
}

const double = new Float64Array(1)
const bits = new BigInt64Array(double.buffer)

/** a + b, and if that is inexact the neighbour whose last bit is 1. */
function oddSum(a: number, b: number): number {
  const [sum, error] = twoSum(a, b)
  double[0] = sum
  const raw = bits[0] ?? 0n
  if (error === 0 || (raw & 1n) === 1n) return sum
  const away = error > 0 === sum > 0
  bits[0] = away ? raw + 1n : raw - 1n
  return double[0] ?? NaN
}

/** By integers: every finite number is one times 2^-1074. */
function exactFma(a: number, b: number, c: number): number {
  const [x, y, z] = [integerOf(a), integerOf(b), integerOf(c)]
  const sum = x * y + (z << 1074n)
  if (sum === 0n) return a * b + c
  return numberOf(sum, -2148)
}

function integerOf(x: number): bigint {
  double[0] = x
  const raw = BigInt.asUintN(64, bits[0] ?? 0n)
  const exponent = (raw >> 52n) & 0x7ffn
  const fraction = raw & 0xfffffffffffffn
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n)
  return x < 0 ? -size : size
}

/** `value` 2^exponent, rounded to nearest even. */
function numberOf(value: bigint, exponent: number): number {
  const size = value < 0n ? -value : value
  const length = size.toString(2).length
  const dropped = Math.max(length - 53, -1074 - exponent, 0)
  const half = dropped === 0 ? 0n : 1n << BigInt(dropped - 1)
  const kept = size >> BigInt(dropped)
  const rest = size - (kept << BigInt(dropped))
  const rounded = kept + (rest > half || (dropped > 0 && rest === half && kept % 2n === 1n) ? 1n : 0n)
  const scale = exponent + dropped
  const result = scale < -1022 ? Number(rounded) * 2 ** -1022 * 2 ** (scale + 1022) : Number(rounded) * 2 ** Math.min(scale, 971) * 2 ** Math.max(0, scale - 971)
  return value < 0n ? -result : result
}
