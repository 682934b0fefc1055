import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { joined } from './joined-signal.ts'

describe('joined signals', () => {
  it('abort with the reason of the first that does', () => {
    const [first, second] = [new AbortController(), new AbortController()]
    const { signal } = joined([first.signal, undefined, second.signal])
    expect(signal.aborted).toBe(false)
    second.abort(new Error('lost'))
    first.abort(new Error('stopping'))
    expect(signal.reason).toEqual(new Error('lost'))
  })

  it('are aborted from the start where one of them was', () => {
    expect(joined([new AbortController().signal, AbortSignal.abort('before')]).signal.reason).toBe('before')
  })

  it('leave nothing on their sources once released, and follow them no more', () => {
    const source = new AbortController()
    const { signal, release } = joined([source.signal])
    expect(getEventListeners(source.signal, 'abort')).toHaveLength(1)
    release()
    expect(getEventListeners(source.signal, 'abort')).toHaveLength(0)
    source.abort()
    expect(signal.aborted).toBe(false)
  })
})
