import type { Outcome } from '@collapsar/trial'

/** What people call each outcome. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  born_dead: 'born dead',
  died_in_training: 'died in training',
  collapsed_functional: 'functionally constant',
  partially_collapsed: 'partially collapsed',
  converged: 'converged',
  stalled: 'stalled',
  unfinished: 'unfinished',
  diverged: 'diverged',
}
