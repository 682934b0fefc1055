/** A document that does not say what it should: names the field, what it holds and what it may hold. */
export class InvalidField extends Error {
  /** Path of the field, like `optimizer.lr` or `layers[2].biases[0]`. */
  readonly field: string

  constructor(field: string, value: unknown, expected: string) {
    super(`invalid ${field}: ${excerpt(value)} (expected ${expected})`)
    this.name = 'InvalidField'
    this.field = field
  }
}

const LONGEST_EXCERPT = 60

function excerpt(value: unknown): string {
  const text = value === undefined ? 'missing' : (JSON.stringify(value) ?? typeof value)
  return text.length <= LONGEST_EXCERPT ? text : `${text.slice(0, LONGEST_EXCERPT)}...`
}

export function objectField(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidField(field, value, 'an object')
  }
  return value as Readonly<Record<string, unknown>>
}

export function numberField(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new InvalidField(field, value, 'a finite number')
  return value
}

export function positiveField(value: unknown, field: string): number {
  const number = numberField(value, field)
  if (number <= 0) throw new InvalidField(field, value, 'a positive number')
  return number
}

export function integerField(value: unknown, field: string, least: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new InvalidField(field, value, `an integer of at least ${least}`)
  }
  return value as number
}

/** One of `choices`. */
export function choiceField<T extends string>(value: unknown, field: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === value)
  if (choice === undefined) throw new InvalidField(field, value, `one of ${choices.join(', ')}`)
  return choice
}

/** A list of `length` elements, or of any number from one up. */
export function listField(value: unknown, field: string, length?: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0 || (length !== undefined && value.length !== length)) {
    throw new InvalidField(field, value, length === undefined ? 'a list that is not empty' : `a list of ${length}`)
  }
  return value
}

export function numbersField(value: unknown, field: string, length?: number): number[] {
  return listField(value, field, length).map((element, i) => numberField(element, `${field}[${i}]`))
}

/** A matrix, flattened row by row. */
export function matrixField(value: unknown, field: string, rows: number, columns: number): number[] {
  return listField(value, field, rows).flatMap((row, i) => numbersField(row, `${field}[${i}]`, columns))
}
