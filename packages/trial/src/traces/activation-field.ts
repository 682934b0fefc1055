import type { ActivationSpec } from '../trial.ts'
import { choiceField, positiveField } from './fields.ts'

const ACTIVATIONS = ['relu', 'leaky-relu', 'elu', 'selu', 'gelu', 'tanh'] as const

/** Slope of a leaky unit below 0 where a document does not say. */
const DEFAULT_LEAK = 0.01

/** The fields `activation` and, for leaky-relu, `leak` of a document. */
export function activationField(document: Readonly<Record<string, unknown>>): ActivationSpec {
  const kind = choiceField(document['activation'], 'activation', ACTIVATIONS)
  if (kind !== 'leaky-relu') return { kind }
  return { kind, leak: positiveField(document['leak'] ?? DEFAULT_LEAK, 'leak') }
}
