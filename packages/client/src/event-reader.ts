/** One event as it came over the wire. */
export interface WireEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

export interface EventReader {
  /** The events that end in this piece. @throws RangeError when one is longer than any of ours */
  read(bytes: Uint8Array): readonly WireEvent[]
  /** How long the server wants a client to wait before it comes back, in milliseconds; null before it said so. */
  readonly retryMs: number | null
}

/** Characters of an event: a snapshot of the largest grid that is allowed has a tenth of it. */
const MAXIMUM_LENGTH = 64 * 1024 * 1024

/**
 * Reads `text/event-stream` piece by piece, wherever the pieces are cut.
 * @source WHATWG HTML, 9.2.6, interpreting an event stream
 */
export function createEventReader(): EventReader {
  const decoder = new TextDecoder()
  let rest = ''
  let lastId = ''
  let fields: { event: string; data: string[] } = { event: '', data: [] }
  let retryMs: number | null = null

  const take = (line: string): WireEvent | null => {
    if (line === '') {
      const { event, data } = fields
      fields = { event: '', data: [] }
      return data.length === 0 ? null : { id: lastId, event: event === '' ? 'message' : event, data: data.join('\n') }
    }
    const colon = line.indexOf(':')
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') fields.data.push(value)
    else if (name === 'event') fields.event = value
    else if (name === 'id' && !value.includes('\0')) lastId = value
    else if (name === 'retry' && /^\d+$/.test(value)) retryMs = Number(value)
    return null
  }

  return {
    read: (bytes) => {
      rest += decoder.decode(bytes, { stream: true })
      // A carriage return at the very end may be half of a line end.
      const end = Math.max(rest.lastIndexOf('\n'), rest.lastIndexOf('\r', rest.length - 2)) + 1
      if (rest.length - end > MAXIMUM_LENGTH) throw new RangeError(`an event has more than ${MAXIMUM_LENGTH} characters`)
      if (end === 0) return []
      const lines = rest.slice(0, end).split(/\r\n|\n|\r/)
      rest = rest.slice(end)
      lines.pop()
      return lines.flatMap((line) => take(line) ?? [])
    },
    get retryMs() {
      return retryMs
    },
  }
}
