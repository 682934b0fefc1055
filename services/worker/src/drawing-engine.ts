import { hasPortableBits, isLaw } from '@collapsar/trial'
import type { Engine } from '@collapsar/trial'

/**
 * The engine, its initial parameters drawn by another one that draws faster: to the same bits, as every engine does. A training of no steps
 * gives them, on all threads of the processor.
 * @param drawer has every numerics with portable bits; closed with the engine
 */
export function drawnBy(drawer: Engine, engine: Engine): Engine {
  return {
    ...engine,
    train: async (batch, signal, onProgress) => {
      const { initial, numerics, training } = batch
      if (!isLaw(initial)) return engine.train(batch, signal, onProgress)
      const untrained = {
        ...batch,
        initial,
        numerics: hasPortableBits(numerics) ? numerics : ('ieee-f32/1' as const),
        training: { ...training, steps: 0 },
        trace: false,
      }
      if (drawer.supports(untrained) !== true) return engine.train(batch, signal, onProgress)
      const { parameters } = await drawer.train(untrained, signal)
      return engine.train({ ...batch, initial: parameters }, signal, onProgress)
    },
    close: async () => {
      await engine.close()
      await drawer.close()
    },
  }
}
