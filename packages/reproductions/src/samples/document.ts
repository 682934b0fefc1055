import type { ReproductionDocument } from '../document.ts'
import { reproduce } from '../reproduce.ts'
import { TARGETS } from '../targets/index.ts'
import { simulatedSweep } from './evidence.ts'

/** P(born dead) at depth 10, the table of the reference simulations. */
export const BORN_DEAD_AT_10: Readonly<Record<number, number>> = { 3: 0.57853, 5: 0.12833, 10: 0.001293 }

/** The document of a target whose trials are born dead in these shares, by width. */
export async function documentOfTarget(name: string, shares: Readonly<Record<number, number>> = BORN_DEAD_AT_10): Promise<ReproductionDocument> {
  const target = TARGETS.find((candidate) => candidate.name === name)
  if (target === undefined) throw new RangeError(`no target ${name}`)
  const { document } = await reproduce(target, {
    size: 'quick',
    threads: 2,
    run: async (sweep) => simulatedSweep(sweep, ({ width }, inits) => ({ bornDead: Math.round((shares[width] ?? 0) * inits) })),
    networks: () => Promise.reject(new Error('no picture is drawn')),
  })
  return document
}
