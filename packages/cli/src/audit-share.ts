import { CollapsarError } from '@collapsar/sweep'
import type { OptionDefinition, Options } from './options.ts'

/** One block in a hundred: a worker that is wrong in every block is caught after some hundred blocks, for 1% of the time. */
const DEFAULT_SHARE = 0.01

export const AUDIT_OPTION: OptionDefinition = {
  type: 'string',
  value: 'P',
  description: `share of the blocks that another worker trains again, from 0 to 1 (default ${DEFAULT_SHARE})`,
}

/** @throws CollapsarError `usage` unless the value is a number from 0 to 1. */
export function auditShare(options: Options): number {
  const text = options.text('audit-share')
  if (text === null) return DEFAULT_SHARE
  const share = /^[0-9.]+(e-?\d+)?$/i.test(text) ? Number(text) : NaN
  if (share >= 0 && share <= 1) return share
  throw new CollapsarError('usage', `--audit-share is ${text}; accepted: a number from 0 to 1`)
}
