import type { Target } from '../target.ts'
import { abs2dCollapse } from './abs-2d-collapse.ts'
import { biasUpdates } from './bias-updates.ts'
import { bornDeadDepth } from './born-dead-depth.ts'
import { bornDeadOrDied } from './born-dead-or-died.ts'
import { counterSelfTests } from './counter-self-tests.ts'
import { condensation } from './condensation.ts'
import { depthLaw } from './depth-law.ts'
import { fewFunctions } from './few-functions.ts'
import { headlineCollapse } from './headline-collapse.ts'
import { inactiveLayer } from './inactive-layer.ts'
import { meanOrMedian } from './mean-or-median.ts'
import { noisySawtooth } from './noisy-sawtooth.ts'
import { oneRay } from './one-ray.ts'
import { otherTargets } from './other-targets.ts'
import { piecesAtStart } from './pieces-at-start.ts'
import { piecesInTraining } from './pieces-in-training.ts'
import { randomizedAsymmetric } from './randomized-asymmetric.ts'
import { restartsNeeded } from './restarts-needed.ts'
import { safeRegion } from './safe-region.ts'
import { tenLayerWidths } from './ten-layer-widths.ts'

/** Every target, by number. */
export const TARGETS: readonly Target[] = [
  biasUpdates,
  bornDeadDepth,
  headlineCollapse,
  tenLayerWidths,
  safeRegion,
  bornDeadOrDied,
  abs2dCollapse,
  otherTargets,
  randomizedAsymmetric,
  meanOrMedian,
  counterSelfTests,
  depthLaw,
  oneRay,
  restartsNeeded,
  inactiveLayer,
  noisySawtooth,
  fewFunctions,
  condensation,
  piecesInTraining,
  piecesAtStart,
].toSorted((a, b) => a.number - b.number)
