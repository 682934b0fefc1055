import type { WriteStream } from 'node:tty'

/** Where a command writes: data to stdout, everything else to stderr. */
export interface Terminal {
  /** Resolves when the text is handed over, so that nothing is cut off at exit. */
  data(text: string | Uint8Array): Promise<void>
  message(line: string): void
  /** Replaces the current line of an interactive terminal; nothing elsewhere. */
  status(line: string): void
  readonly interactive: boolean
  readonly columns: number
  /** Whether data may be coloured. */
  readonly colour: boolean
}

const DEFAULT_COLUMNS = 100
const CLEAR_LINE = '\r\u001b[2K'

export function openTerminal(
  stdout: NodeJS.WriteStream | WriteStream,
  stderr: NodeJS.WriteStream | WriteStream,
  colour: boolean,
): Terminal {
  const interactive = stderr.isTTY === true
  let showing = false
  const clear = () => {
    if (showing) stderr.write(CLEAR_LINE)
    showing = false
  }
  // A reader that went away (`| head`) is not an error of ours.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  return {
    data: (text) =>
      new Promise((resolve) => {
        clear()
        stdout.write(text, () => resolve())
      }),
    message: (line) => {
      clear()
      stderr.write(`${line}\n`)
    },
    status: (line) => {
      if (!interactive) return
      stderr.write(`${CLEAR_LINE}${line.slice(0, (stderr.columns ?? DEFAULT_COLUMNS) - 1)}`)
      showing = true
    },
    interactive,
    columns: stdout.isTTY === true ? stdout.columns : DEFAULT_COLUMNS,
    colour: colour && stdout.isTTY === true,
  }
}
