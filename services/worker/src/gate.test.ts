import { expect, it } from 'vitest'
import { createGate } from './gate.ts'

/** Work that ends when it is told to, and notes when it begins. */
function work(begun: string[], name: string) {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return {
    run: async () => {
      begun.push(name)
      await ended
      return name
    },
    end,
  }
}

const soon = () => new Promise((resolve) => setImmediate(resolve))

it('lets work through together, and what asks to be alone one by one with nothing beside it', async () => {
  const gate = createGate()
  const begun: string[] = []
  const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((name) => work(begun, name))
  const all = [gate.together(a!.run), gate.together(b!.run), gate.alone(c!.run), gate.alone(d!.run), gate.together(e!.run)]
  await soon()
  expect(begun).toEqual(['a', 'b'])
  a!.end()
  await soon()
  expect(begun).toEqual(['a', 'b'])
  b!.end()
  await soon()
  expect(begun).toEqual(['a', 'b', 'c'])
  c!.end()
  await soon()
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  d!.end()
  await soon()
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e'])
  e!.end()
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e'])
})

it('goes on after work that failed', async () => {
  const gate = createGate()
  const fail = () => Promise.reject(new Error('no'))
  const failed = [gate.together(fail), gate.alone(fail)]
  expect((await Promise.allSettled(failed)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await gate.alone(async () => 1)).toBe(1)
  expect(await gate.together(async () => 2)).toBe(2)
})
