import { expect, it } from 'vitest'
import { RenderedBodies } from './rendered-bodies.ts'

function counted(text: string) {
  const made = { times: 0 }
  const render = async () => {
    made.times += 1
    return Buffer.from(text)
  }
  return { made, render }
}

it('renders a body once, for those who wait for it and for those who come later', async () => {
  const bodies = new RenderedBodies()
  const { made, render } = counted('map')
  const [first, second] = await Promise.all([bodies.get('a', render), bodies.get('a', render)])
  expect(await bodies.get('a', render)).toBe(first)
  expect(second).toBe(first)
  expect(made.times).toBe(1)
})

it('drops the body that was asked for longest ago when they take too much', async () => {
  const bodies = new RenderedBodies(8)
  const { made, render } = counted('1234')
  for (const tag of ['a', 'b', 'a', 'c', 'a', 'b']) await bodies.get(tag, render)
  // a, b, then c drops b, then b again.
  expect(made.times).toBe(4)
  const large = counted('123456789')
  for (const tag of ['d', 'd']) await bodies.get(tag, large.render)
  expect(large.made.times).toBe(2)
})

it('keeps nothing of a rendering that failed', async () => {
  const bodies = new RenderedBodies()
  await expect(bodies.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect((await bodies.get('a', counted('map').render)).toString()).toBe('map')
})
