import { createHash, randomBytes } from 'node:crypto'

/** Tells a key from other secrets: for people, and for scanners that look for secrets in what is published. */
const PREFIX = 'clps_'
const SECRET_BYTES = 32
/** 32 bytes in base64url, and the check. */
const PATTERN = /^clps_[A-Za-z0-9_-]{43}[A-Za-z0-9_-]{6}$/
const CHECK_CHARACTERS = 6

/**
 * A new API key: `clps_`, 256 random bits and a check of 36 bits, so that a key that was cut off or mistyped is told from a wrong one
 * without asking the database.
 */
export function newSecret(): string {
  const body = `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`
  return `${body}${checkOf(body)}`
}

/**
 * SHA-256 of a key, under which it is stored: 256 random bits need no slow hash.
 * @returns 32 bytes; null when the text is no key
 */
export function secretDigest(text: string): Buffer | null {
  const body = text.slice(0, -CHECK_CHARACTERS)
  if (!PATTERN.test(text) || checkOf(body) !== text.slice(-CHECK_CHARACTERS)) return null
  return createHash('sha256').update(text).digest()
}

function checkOf(body: string): string {
  return createHash('sha256').update(`check of ${body}`).digest('base64url').slice(0, CHECK_CHARACTERS)
}
