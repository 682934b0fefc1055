import { expect, it } from 'vitest'
import { countRecorded } from './count-recorded.ts'
import { createMetrics } from './metrics.ts'

const block = (index: number, outcomes: Readonly<Record<string, number>>) => ({ index, tally: { outcomes } })
const BLOCKS = [block(0, { born_dead: 40, converged: 60 }), block(1, { born_dead: 10, converged: 90 })]
const counted = async (...recordings: readonly Parameters<typeof countRecorded>[1]['counts'][]) => {
  const metrics = createMetrics()
  for (const counts of recordings) countRecorded(metrics, { engine: 'cpu', blocks: BLOCKS, counts })
  return (await metrics.text()).split('\n').filter((line) => /^collapsar_(trials|blocks)_total\{/.test(line)).toSorted()
}

it('counts the trials of blocks that are new, and of no duplicate', async () => {
  expect(await counted({ recorded: 2, duplicate: 0 }, { recorded: 0, duplicate: 2 }, { recorded: 1, duplicate: 1, fresh: [1] })).toEqual([
    'collapsar_blocks_total{result="duplicate"} 3',
    'collapsar_blocks_total{result="recorded"} 3',
    'collapsar_trials_total{outcome="born_dead",engine="cpu"} 60',
    'collapsar_trials_total{outcome="converged",engine="cpu"} 240',
  ])
})
