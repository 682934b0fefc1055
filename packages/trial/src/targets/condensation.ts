import { scalarTarget } from './target.ts'
import type { Target } from './target.ts'

/**
 * -s(x) + s(2 (x + 0.3)) - s(1.5 (x - 0.4)) + s(0.5 (x - 0.8)) with s = relu: four units on which the weights of a wide
 * network with small initial values condense. On [-1, 1] it is 0 up to -0.3, rises to 0.6 at 0 and 1 at 0.4, falls to
 * 0.8 at 0.8 and stays there: mean 0.93 / 2, and the left half lies below 0.6, the right half above.
 * @source "Condensation" page of the collection of deep-learning phenomena, github.com/dlphenomena/website
 */
export const condensation: Target = { ...scalarTarget(fourUnits, 0.465, [0.6, 0.6]), domain: [-1, 1] }

function fourUnits(x: number): number {
  return -relu(x) + relu(2 * (x + 0.3)) - relu(1.5 * (x - 0.4)) + relu(0.5 * (x - 0.8))
}

function relu(z: number): number {
  return z > 0 ? z : 0
}
