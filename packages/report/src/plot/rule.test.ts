import { expect, test } from 'vitest'
import { overlaps, textBoxes } from '../samples/text-boxes.ts'
import { rulesMark } from './rule.ts'

const AREA = { width: 600, height: 300 }

test('labels keep clear of each other wherever the lines are', () => {
  const at = (places: readonly number[]) => places.map((place) => ({ place, label: `rule at ${place}` }))
  for (const upright of [[300, 310, 320], [0, 600], [590, 595, 600], [10, 300]]) {
    for (const level of [[5], [0, 1], [298, 299, 300], [150, 155, 20]]) {
      const svg = rulesMark({ upright: at(upright), level: at(level) }, AREA)
      expect(textBoxes(svg)).toHaveLength(upright.length + level.length)
      expect(overlaps(textBoxes(svg))).toEqual([])
    }
  }
})

test('a label stands on the side of its line that no other line crosses', () => {
  const svg = rulesMark({ upright: [{ place: 300, label: 'median' }, { place: 320, label: 'mean' }] }, AREA)
  expect(svg).toMatch(/x="294"[^>]*text-anchor="end"[^>]*>median</)
  expect(svg).toMatch(/x="326"[^>]*text-anchor="start"[^>]*>mean</)
})
