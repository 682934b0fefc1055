import { describe, expect, it } from 'vitest'
import { createEventReader } from './event-reader.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** Reads the text cut into pieces of `size` bytes. */
function readInPieces(text: string, size: number) {
  const reader = createEventReader()
  const whole = bytes(text)
  const events = []
  for (let start = 0; start < whole.length; start += size) events.push(...reader.read(whole.subarray(start, start + size)))
  return { events, retryMs: reader.retryMs }
}

describe('createEventReader', () => {
  // The examples of WHATWG HTML, 9.2.6.
  it.each([
    ['data: YHOO\ndata: +2\ndata: 10\n\n', [{ id: '', event: 'message', data: 'YHOO\n+2\n10' }]],
    [': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n', [
      { id: '1', event: 'message', data: 'first event' },
      { id: '', event: 'message', data: 'second event' },
      { id: '', event: 'message', data: ' third event' },
    ]],
    ['data\n\ndata\ndata\n\ndata:', [{ id: '', event: 'message', data: '' }, { id: '', event: 'message', data: '\n' }]],
    ['data:test\n\ndata: test\n\n', [{ id: '', event: 'message', data: 'test' }, { id: '', event: 'message', data: 'test' }]],
    ['event: a\ndata: é€😀\n\nid: 7\ndata: x\n\n', [{ id: '', event: 'a', data: 'é€😀' }, { id: '7', event: 'message', data: 'x' }]],
  ])('reads %j however it is cut and whatever ends its lines', (text, expected) => {
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      const sent = text.replaceAll('\n', lineEnd)
      for (const size of [1, 2, 3, 7, 1000]) {
        // The blank line that a lone carriage return ends is known as soon as anything follows it.
        expect(readInPieces(`${sent}${lineEnd === '\r' ? '\n' : ''}`, size).events, `${JSON.stringify(lineEnd)} in pieces of ${size}`).toEqual(expected)
      }
    }
  })

  it('notes when to come back, and ids without a null character', () => {
    const { events, retryMs } = readInPieces('retry: 1500\nretry: x\nid: a\0b\ndata: 1\n\n', 5)
    expect([retryMs, events]).toEqual([1500, [{ id: '', event: 'message', data: '1' }]])
  })
})
