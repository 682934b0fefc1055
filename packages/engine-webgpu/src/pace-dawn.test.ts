import { setImmediate as promised } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { paceDawn } from './pace-dawn.ts'

describe('the pace of Dawn', () => {
  paceDawn()
  paceDawn()

  it('puts off callbacks of native code alone', async () => {
    const order: string[] = []
    const ended = new Promise<void>((resolve) => {
      setTimeout(() => {
        order.push('timeout')
        resolve()
      }, 1)
    })
    setImmediate((word: string) => order.push(word), 'immediate')
    await ended
    expect(order).toEqual(['immediate', 'timeout'])
    // Function.prototype is a native function without a name that does nothing, as Dawn's are.
    const paced: unknown = setImmediate(Function.prototype as () => void)
    expect(paced).toBeInstanceOf(setTimeout(() => {}).constructor)
    expect(setImmediate(() => {})).not.toBeInstanceOf(setTimeout(() => {}).constructor)
  })

  it('leaves promises of it as they are', async () => {
    await expect(promisify(setImmediate)('now')).resolves.toBe('now')
    await expect(promised('now')).resolves.toBe('now')
  })
})
