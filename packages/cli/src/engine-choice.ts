import { openEngine } from '@collapsar/standalone'
import type { EngineChoice } from '@collapsar/standalone'
import { ENGINE_KINDS, engineKinds } from '@collapsar/sweep'
import type { Engine, TrialSpec } from '@collapsar/trial'
import type { Configuration } from './configuration.ts'
import type { OptionDefinition, Options } from './options.ts'

export const DEVICE_OPTION: OptionDefinition = {
  type: 'string',
  value: 'D',
  description: 'which device of the engine: of cuda its number, of webgpu its number, a part of its name, or software, of tfjs its backend',
}

/** Where a command trains. */
export const ENGINE_OPTIONS: Readonly<Record<'engine' | 'device', OptionDefinition>> = {
  engine: { type: 'string', value: 'E', description: `${ENGINE_KINDS.join(', ')}: which engine to train on (default cpu)` },
  device: DEVICE_OPTION,
}

/** The engine and device that the options name. @throws CollapsarError `usage` */
export function engineChoice(options: Options, { threads }: Pick<Configuration, 'threads'>): EngineChoice {
  return { engine: options.oneOf('engine', ENGINE_KINDS) ?? 'cpu', threads, device: options.text('device') }
}

/**
 * An engine that trains trials of such a cell again: the processor's where it has their numerics.
 * @throws CollapsarError `engine-unavailable`
 */
export function engineFor({ numerics }: TrialSpec, { device = null, threads }: Pick<EngineChoice, 'device' | 'threads'>): Promise<Engine> {
  const [engine = 'cpu'] = engineKinds('auto', numerics)
  return openEngine({ engine, threads, device })
}
