import type { OpenDawn } from './dawn.ts'

/** The interface of each platform that Dawn stands on; elsewhere Vulkan. Unless told, it lists each adapter of Windows three times. */
const BACKENDS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'metal', win32: 'd3d12' }
const REQUEST: GPURequestAdapterOptions = { powerPreference: 'high-performance' }
const NO_NAME = 'no adapter has this name'

export interface NamedAdapter {
  readonly adapter: GPUAdapter
  /** As its driver calls it. */
  readonly name: string
}

/**
 * Dawn finds adapters by a part of their name alone, and tells their names only in the error for one that does not exist.
 * @param wanted number among the adapters, the fastest first, or a part of a name
 * @throws Error with a sentence that says what to do when a driver or the adapter is not here
 */
export async function findAdapter(open: OpenDawn, wanted: number | string = 0): Promise<NamedAdapter> {
  const backend = `backend=${BACKENDS[process.platform] ?? 'vulkan'}`
  const names = await adapterNames(open([backend, `adapter=${NO_NAME}`]))
  if (names.length === 0) throw new Error(noAdapter(process.platform))
  const name = chooseName(names, wanted)
  const adapter = await open([backend, `adapter=${name}`]).requestAdapter(REQUEST)
  if (adapter === null) throw new Error(noAdapter(process.platform))
  return { adapter, name }
}

/** @throws RangeError where `wanted` is none of the names, or one that Dawn cannot be told to take */
export function chooseName(names: readonly string[], wanted: number | string): string {
  const offered = `this machine has ${names.map((name, i) => `${i}: ${name}`).join(', ')}`
  const place = typeof wanted === 'number' ? wanted : names.findIndex((name) => name.toLowerCase().includes(wanted.toLowerCase()))
  const name = names[place]
  if (name === undefined) throw new RangeError(`There is no graphics adapter ${JSON.stringify(wanted)}; ${offered}.`)
  if (names.findIndex((other) => other.includes(name)) < place) {
    throw new RangeError(`The graphics adapter ${place} cannot be told by its name from one before it; ${offered}. Give each process a container with its own device, or use the engine cuda.`)
  }
  return name
}

async function adapterNames(gpu: GPU): Promise<string[]> {
  try {
    await gpu.requestAdapter(REQUEST)
    return []
  } catch (cause) {
    const listed = [...String(cause).matchAll(/^ \* backend: '.*', name: '(.*)'$/gm)].map(([, name = '']) => name)
    if (listed.length === 0) throw new Error(`WebGPU could not list its adapters: ${String(cause)}`, { cause })
    return listed
  }
}

/** Neither is an adapter listed whose driver is too old for WebGPU. */
function noAdapter(platform: NodeJS.Platform): string {
  const remedy =
    platform === 'linux'
      ? ' WebGPU needs the Vulkan loader (Debian: apt-get install libvulkan1) and a driver that has Vulkan 1.3; a container of NVIDIA also needs the capability graphics (NVIDIA_DRIVER_CAPABILITIES=all). `vulkaninfo --summary` lists what there is.'
      : ''
  return `No graphics adapter was found.${remedy} The engine cpu needs none, and the engine cuda only NVIDIA's driver.`
}
