import type { LayerDraw } from '../initializations/initialization.ts'

/** Writes the biases of a layer; they are zero on entry. */
export type BiasLaw = (draw: LayerDraw) => void
