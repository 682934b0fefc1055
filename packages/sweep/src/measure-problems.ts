import { measurementSets } from '@collapsar/trial'
import type { MeasurementName } from '@collapsar/trial'
import type { Problem } from './errors.ts'
import type { GridCell } from './sweep.ts'
import { show } from './validation.ts'

/** A set must say something of every cell; the first cell of which it says nothing stands for the others. */
export function measureProblems(measure: readonly MeasurementName[], cells: readonly Pick<GridCell, 'spec'>[]): Problem[] {
  return measure.flatMap((name, place) => {
    for (const { spec } of cells) {
      const applies = measurementSets[name].applies(spec)
      if (applies === true) continue
      const cell = `depth ${spec.depth} and width ${spec.width}`
      return [{ pointer: `/measure/${place}`, detail: `measure[${place}] is ${show(name)}, which does not apply at ${cell}: ${applies}` }]
    }
    return []
  })
}
