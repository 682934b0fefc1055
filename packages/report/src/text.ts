/**
 * Text from outside, made safe to print: control characters (terminal escapes, characters that XML 1.0 forbids)
 * and unpaired surrogates become U+FFFD, line breaks become spaces.
 */
export function printable(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
}

/** Breaks text at spaces into lines of at most `length` characters; a longer word is broken where it must be. */
export function wrap(text: string, length: number): string[] {
  const words = text.split(' ').flatMap((word) => pieces(word, length))
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function pieces(word: string, length: number): string[] {
  const characters = [...word]
  if (characters.length <= length) return [word]
  return [characters.slice(0, length).join(''), ...pieces(characters.slice(length).join(''), length)]
}

/** The beginning of a text that is longer than it may be. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(1, length - 1))}…`
}
