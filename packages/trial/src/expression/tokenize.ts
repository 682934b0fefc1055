export interface Token {
  /** `unknown` is a character that begins no token; nothing is read behind it. */
  readonly kind: 'number' | 'name' | 'symbol' | 'unknown' | 'end'
  /** As written; empty at the end. */
  readonly text: string
  /** Of its first character, from 0. */
  readonly position: number
}

/** White space and the token behind it. An exponent needs its digits: in 2e the e is a name. */
const TOKEN = /[ \t\r\n]*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z_0-9]*)|([-+*/^(),])|(.)|$)/suy

/** The tokens of a text; the last is of kind `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (;;) {
    const [, number, name, symbol, unknown] = TOKEN.exec(text) ?? []
    const written = number ?? name ?? symbol ?? unknown
    if (written === undefined) break
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : symbol !== undefined ? 'symbol' : 'unknown'
    tokens.push({ kind, text: written, position: TOKEN.lastIndex - written.length })
    if (kind === 'unknown') break
  }
  tokens.push({ kind: 'end', text: '', position: text.length })
  return tokens
}
