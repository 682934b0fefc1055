import { sawtoothMisfit } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'
import type { Problem } from './errors.ts'
import type { GridAxis, SweepFile } from './sweep-file.ts'

/** Reports networks that cannot be initialized as a sawtooth, the narrowest and shallowest of the grid among them. */
export function reportSawtooth(
  template: Omit<TrialSpec, 'depth' | 'width'>,
  grid: SweepFile['grid'],
  report: (problem: Problem) => void,
): void {
  if (template.network.initialization.kind !== 'sawtooth') return
  const misfit = sawtoothMisfit({ ...template, depth: smallest(grid.depth), width: smallest(grid.width) })
  if (misfit !== null) report({ pointer: '/network/init', detail: `network.init is sawtooth: ${misfit}` })
}

function smallest(axis: GridAxis): number {
  if (typeof axis === 'number') return axis
  return Array.isArray(axis) ? Math.min(...axis) : axis.from
}
