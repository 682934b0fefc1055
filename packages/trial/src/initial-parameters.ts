import type { InitialLaw, TrialBatch } from './batch.ts'
import { drawSteps, finish, givenInitial, isLaw } from './draw-initial.ts'
import { initialDraw } from './initial-law.ts'
import type { Parameters } from './network.ts'
import { shareLoop } from './reference/event-loop.ts'
import type { TrialSpec } from './trial.ts'

/**
 * Parameters of the given trials of a cell before training, [trial][parameter] (NUMERICS.md, 1 and 2).
 * @param trials indices in the cell, integers in [0, 2^53)
 * @throws RangeError for another index, and for a network or an initialization that does not exist
 */
export function initialParameters(spec: TrialSpec, trials: ArrayLike<number>): Parameters {
  return finish(drawSteps(initialDraw(spec), trials))
}

/**
 * The same in slices of 10 ms, between which the event loop has its turn: orthogonal weights of a deep, wide network take
 * seconds.
 * @throws the signal's reason within a slice of its being aborted
 */
export async function initialParametersInSlices(
  spec: TrialSpec,
  trials: ArrayLike<number>,
  signal?: AbortSignal,
): Promise<Parameters> {
  return shareLoop().run(drawSteps(initialDraw(spec), trials), () => signal?.throwIfAborted())
}

/**
 * The batch with its initial parameters, drawn in such slices if it carries their law.
 * @param stop throws when the drawing is to end; called before each slice
 * @throws RangeError for given parameters of another number
 */
export async function drawnInSlices(batch: TrialBatch<Parameters | InitialLaw>, stop: () => void): Promise<TrialBatch> {
  const { initial, numerics, shape, trials } = batch
  if (!isLaw(initial)) return { ...batch, initial: givenInitial(batch, initial) }
  return { ...batch, initial: await shareLoop().run(drawSteps({ law: initial, shape, numerics, makeLayer: null }, trials), stop) }
}
