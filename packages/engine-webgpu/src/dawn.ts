import { paceDawn } from './pace-dawn.ts'

/** An instance of Dawn with these flags, `key=value` each. @see https://dawn.googlesource.com/dawn/+/refs/heads/main/src/dawn/node */
export type OpenDawn = (flags: readonly string[]) => GPU

const KEPT = Symbol.for('collapsar.webgpu')

/**
 * Node's WebGPU: npm `webgpu`, which is Dawn. It is imported here alone and on demand: it is large, and only those need it who train on it.
 * @throws Error with a sentence that says what to do when the package is not installed or not for this platform
 */
export async function loadDawn(): Promise<OpenDawn> {
  try {
    const { create } = await import('webgpu')
    paceDawn()
    return (flags) => kept(flags.join(), () => create([...flags]))
  } catch (cause) {
    throw new Error(`The engine webgpu needs the npm package webgpu, which cannot be loaded here (npm install webgpu@0.6.2): ${String(cause)}`, { cause })
  }
}

/** What Dawn gives is kept for ever: when the garbage collector takes it, the process dies. */
function kept(key: string, create: () => GPU): GPU {
  const holder = globalThis as { [KEPT]?: Map<string, GPU> }
  const instances = (holder[KEPT] ??= new Map<string, GPU>())
  const instance = instances.get(key) ?? create()
  instances.set(key, instance)
  return instance
}
