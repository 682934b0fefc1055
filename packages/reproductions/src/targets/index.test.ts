import { parseSweep } from '@collapsar/sweep'
import { describe, expect, it } from 'vitest'
import { costOf } from '../cost.ts'
import { SIZES } from '../target.ts'
import { TARGETS } from './index.ts'

const QUICK_BUDGET_SECONDS = 600

describe('the targets', () => {
  it('have names and numbers of their own, in the order of their numbers', () => {
    const numbers = TARGETS.map(({ number }) => number)
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
    expect(new Set(TARGETS.map(({ name }) => name)).size).toBe(TARGETS.length)
    for (const { name } of TARGETS) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  })

  it.each(TARGETS)('$name says what is published, how it is made and what of it is ours', (target) => {
    expect(target.paper.arxiv).toMatch(/^\d{4}\.\d{5}$/)
    for (const text of [target.title, target.item, target.source]) expect(text.length).toBeGreaterThan(5)
    for (const list of [target.published, target.protocol, target.assumptions]) expect(list.length).toBeGreaterThan(0)
  })

  it.each(TARGETS.flatMap((target) => SIZES.map((size) => ({ name: target.name, target, size }))))(
    '$name asks for sweeps that parse, at the $size size',
    ({ target, size }) => {
      for (const { file } of target.sweeps(size)) expect(parseSweep(file).cells.length).toBeGreaterThan(0)
    },
  )

  it('take longer at the full size, and under ten minutes on two cores at the quick one', () => {
    const quick = TARGETS.map((target) => costOf(target, 'quick', 2))
    const full = TARGETS.map((target) => costOf(target, 'full', 2))
    expect(quick.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThan(QUICK_BUDGET_SECONDS)
    for (const [index, { trials, flops }] of full.entries()) {
      expect(trials).toBeGreaterThan(quick[index]!.trials)
      expect(flops).toBeGreaterThan(quick[index]!.flops)
    }
  })
})
