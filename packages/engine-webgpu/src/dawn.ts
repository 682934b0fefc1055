/**
 * What Node's WebGPU offers: npm `webgpu`, which is Dawn. It finds adapters by a part of their name alone, and tells their names only
 * in the error for one that does not exist.
 */

/** The interface of each platform that Dawn stands on; elsewhere Vulkan. Without the choice Windows lists each adapter three times. */
const BACKENDS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'metal', win32: 'd3d12' }
const REQUEST: GPURequestAdapterOptions = { powerPreference: 'high-performance' }
const NO_NAME = 'no adapter has this name'
const KEPT = Symbol.for('collapsar.webgpu')

export interface NamedAdapter {
  readonly adapter: GPUAdapter
  /** As its driver calls it. */
  readonly name: string
}

/**
 * @param wanted number among the adapters, the fastest first, or a part of a name; undefined for the fastest
 * @throws Error with a sentence that says what to do when the package, a driver or the adapter is not here
 */
export async function findAdapter(wanted: number | string = 0): Promise<NamedAdapter> {
  const create = await loadDawn()
  const backend = `backend=${BACKENDS[process.platform] ?? 'vulkan'}`
  const names = await adapterNames(instance(create, [backend, `adapter=${NO_NAME}`]))
  if (names.length === 0) throw new Error(noAdapter(process.platform))
  const name = chooseName(names, wanted)
  const adapter = await instance(create, [backend, `adapter=${name}`]).requestAdapter(REQUEST)
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
    throw new RangeError(`The graphics adapter ${place} cannot be told from one before it by its name; ${offered}. Show each process its own device, or use the engine cuda.`)
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

type Create = (flags: string[]) => GPU

async function loadDawn(): Promise<Create> {
  try {
    return (await import('webgpu')).create
  } catch (cause) {
    throw new Error(`The engine webgpu needs the npm package webgpu, which cannot be loaded here (npm install webgpu@0.6.2): ${String(cause)}`, { cause })
  }
}

/** One for each choice of flags, kept for ever: when the collector takes what `create` returned, the process dies. */
function instance(create: Create, flags: readonly string[]): GPU {
  const holder = globalThis as { [KEPT]?: Map<string, GPU> }
  const kept = (holder[KEPT] ??= new Map())
  const key = flags.join()
  const gpu = kept.get(key) ?? create([...flags])
  kept.set(key, gpu)
  return gpu
}

/** A driver that is too old for WebGPU is not listed either. */
function noAdapter(platform: NodeJS.Platform): string {
  const remedy = platform === 'linux' ? ` WebGPU needs the Vulkan loader (Debian: apt-get install libvulkan1) and a Vulkan 1.3 driver; a container of NVIDIA's also needs the capability "graphics" (NVIDIA_DRIVER_CAPABILITIES=all). vulkaninfo --summary lists what there is.` : ''
  return `No graphics adapter was found.${remedy} The engine cpu needs none, and the engine cuda only NVIDIA's driver.`
}
