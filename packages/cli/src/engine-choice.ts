import { openEngine } from '@collapsar/standalone'
import type { EngineChoice } from '@collapsar/standalone'
import { CollapsarError, ENGINE_KINDS, engineKinds, show } from '@collapsar/sweep'
import type { EngineKind } from '@collapsar/sweep'
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

/** What names a device of each kind of engine. */
const DEVICES: Readonly<Record<EngineKind, { readonly form: RegExp; readonly words: string }>> = {
  cpu: { form: /^(?!)/, words: 'none; --device goes with --engine cuda, webgpu or tfjs' },
  cuda: { form: /^\d{1,4}$/, words: 'its number, from 0' },
  webgpu: { form: /^[\x20-\x7e]{1,200}$/, words: 'its number, from 0, a part of its name, or software' },
  tfjs: { form: /^(tfjs-node-gpu|tfjs-node|wasm|cpu)$/, words: 'tfjs-node-gpu, tfjs-node, wasm, cpu' },
}

/** The engine and device that the options name. @throws CollapsarError `usage` */
export function engineChoice(options: Options, configuration: Pick<Configuration, 'threads'>): EngineChoice {
  return choiceOf(options.oneOf('engine', ENGINE_KINDS) ?? 'cpu', options, configuration)
}

/** This engine, on the device that the options name. @throws CollapsarError `usage` */
export function choiceOf(engine: EngineKind, options: Options, { threads }: Pick<Configuration, 'threads'>): EngineChoice {
  const device = options.text('device')
  const { form, words } = DEVICES[engine]
  if (device === null || form.test(device)) return { engine, threads, device }
  throw new CollapsarError('usage', `--device is ${show(device)} with the engine ${engine}; accepted: ${words}`)
}

/**
 * An engine that trains trials of such a cell again: the processor's where it has their numerics.
 * @throws CollapsarError `engine-unavailable`
 */
export function engineFor({ numerics }: TrialSpec, options: Options, configuration: Pick<Configuration, 'threads'>): Promise<Engine> {
  const [engine = 'cpu'] = engineKinds('auto', numerics)
  return openEngine(choiceOf(engine, options, configuration))
}
