import type { NamedAdapter } from './find-adapter.ts'

/** Adapters that compute on the processor, whatever their driver says of itself. */
const SOFTWARE = /swiftshader|lavapipe|llvmpipe|softpipe|\bwarp\b|basic render/i

/** What the kernels need: eight buffers, a workgroup of 64 threads, and the shared memory of their tiles. Every WebGPU has these by its specification. */
const NEEDED = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 64,
  maxComputeWorkgroupStorageSize: 16 << 10,
  maxStorageBufferBindingSize: 128 << 20,
} as const

/** @throws Error for an adapter that computes on the processor, unless `software`, and for one whose limits are too small */
export function checkAdapter(found: NamedAdapter, { software }: { readonly software: boolean }): void {
  const { adapter: { limits }, name } = found
  if (!software && isSoftware(found)) throw new Error(refused(name))
  const small = Object.entries(NEEDED).flatMap(([limit, needed]) => {
    const given = limits[limit as keyof typeof NEEDED]
    return given < needed ? [`${limit} is ${given} and must be at least ${needed}`] : []
  })
  if (small.length > 0) throw new Error(`The graphics adapter ${name} allows too little: ${small.join(', ')}. A newer driver may allow more.`)
}

export function isSoftware({ adapter: { info }, name }: NamedAdapter): boolean {
  const { architecture, description, device, isFallbackAdapter, vendor } = info
  return isFallbackAdapter || SOFTWARE.test([vendor, architecture, device, description, name].join(' '))
}

function refused(name: string): string {
  return `The graphics adapter ${name} computes on the processor, far slower than the engine cpu does, and must be asked for (device software). Is the driver of the graphics processor installed?`
}
