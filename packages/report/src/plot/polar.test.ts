import { expect, test } from 'vitest'
import { overlaps, textBoxes } from '../samples/text-boxes.ts'
import { polarPixel, rays } from './polar.ts'

test('angles run anticlockwise from the right', () => {
  expect(polarPixel(0, 10)).toEqual([10, expect.closeTo(0, 12)])
  expect(polarPixel(Math.PI / 2, 10)).toEqual([expect.closeTo(0, 12), -10])
})

test('labels of rays close to each other are moved apart', () => {
  const list = [0.5, 0.52, 0.54, 2, 2.02].map((angle, index) => ({ angle, label: `direction ${index}`, colour: '#000000' }))
  expect(overlaps(textBoxes(rays(list)))).toEqual([])
})
