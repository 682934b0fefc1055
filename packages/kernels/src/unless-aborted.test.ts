import { expect, it } from 'vitest'
import { unlessAborted } from './unless-aborted.ts'

const never = new Promise<never>(() => {})

it('settles as the promise does', async () => {
  const { signal } = new AbortController()
  await expect(unlessAborted(Promise.resolve(7), signal)).resolves.toBe(7)
  await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
})

it('rejects with the reason of an abort before and meanwhile, and hears no later one', async () => {
  const reason = new Error('enough')
  await expect(unlessAborted(never, AbortSignal.abort(reason))).rejects.toBe(reason)
  const stop = new AbortController()
  const waiting = unlessAborted(never, stop.signal)
  const early = unlessAborted(Promise.resolve('in time'), stop.signal)
  await expect(early).resolves.toBe('in time')
  stop.abort(reason)
  await expect(waiting).rejects.toBe(reason)
})
