import { describe, expect, it } from 'vitest'
import { checkAdapter } from './usable-adapter.ts'

/** What every WebGPU has. @source W3C, "WebGPU", 3.6.2, limits of the core feature level */
const LEAST = { maxStorageBuffersPerShaderStage: 8, maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupStorageSize: 16384, maxStorageBufferBindingSize: 134217728 }

function adapter(name: string, { fallback = false, limits = {} }: { readonly fallback?: boolean; readonly limits?: Partial<typeof LEAST> } = {}) {
  const info = { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: fallback }
  return { name, adapter: { info, limits: { ...LEAST, ...limits } } as unknown as GPUAdapter }
}

describe('an adapter', () => {
  it('of a graphics processor will do, with the least limits', () => {
    expect(() => checkAdapter(adapter('NVIDIA H200'), { software: false })).not.toThrow()
    expect(() => checkAdapter(adapter('Apple M1 Max'), { software: false })).not.toThrow()
  })

  it.each(['SwiftShader Device (Subzero)', 'llvmpipe (LLVM 19.1.7, 256 bits)', 'Microsoft Basic Render Driver', 'lavapipe'])('that computes on the processor must be asked for: %s', (name) => {
    expect(() => checkAdapter(adapter(name), { software: false })).toThrow(`The graphics adapter ${name} computes on the processor, far slower than the engine cpu does, and must be asked for (device software).`)
    expect(() => checkAdapter(adapter(name), { software: true })).not.toThrow()
  })

  it('that says so of itself must be asked for too', () => {
    expect(() => checkAdapter(adapter('Pipe 7', { fallback: true }), { software: false })).toThrow('computes on the processor')
  })

  it('with too small limits is refused with each of them', () => {
    const small = adapter('Old Processor', { limits: { maxStorageBuffersPerShaderStage: 4, maxComputeWorkgroupStorageSize: 0 } })
    expect(() => checkAdapter(small, { software: true })).toThrow(
      'The graphics adapter Old Processor allows too little: maxStorageBuffersPerShaderStage is 4 and must be at least 8, maxComputeWorkgroupStorageSize is 0 and must be at least 16384. A newer driver may allow more.',
    )
  })
})
