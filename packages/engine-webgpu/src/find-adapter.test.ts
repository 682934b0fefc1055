import { describe, expect, it, vi } from 'vitest'
import type { OpenDawn } from './dawn.ts'
import { chooseName, findAdapter } from './find-adapter.ts'

// What Dawn calls the processors of a workstation and of a server with two alike.
const WORKSTATION = ['NVIDIA GeForce RTX 4090', 'AMD Radeon Graphics (RADV RAPHAEL_MENDOCINO)', 'llvmpipe (LLVM 19.1.7, 256 bits)']
const SERVER = ['NVIDIA H200', 'NVIDIA H200']

describe('an adapter', () => {
  it('is chosen by its number', () => {
    expect(chooseName(WORKSTATION, 0)).toBe('NVIDIA GeForce RTX 4090')
    expect(chooseName(WORKSTATION, 2)).toBe('llvmpipe (LLVM 19.1.7, 256 bits)')
  })

  it('is chosen by a part of its name, in capitals or not', () => {
    expect(chooseName(WORKSTATION, 'radeon')).toBe('AMD Radeon Graphics (RADV RAPHAEL_MENDOCINO)')
    expect(chooseName(WORKSTATION, '4090')).toBe('NVIDIA GeForce RTX 4090')
    expect(chooseName(SERVER, 'H200')).toBe('NVIDIA H200')
  })

  it.each([3, -1, 0.5, 'arc'])('that is not there is an error that lists those that are: %j', (wanted) => {
    expect(() => chooseName(WORKSTATION, wanted)).toThrow(
      `There is no graphics adapter ${JSON.stringify(wanted)}; this machine has 0: NVIDIA GeForce RTX 4090, 1: AMD Radeon Graphics (RADV RAPHAEL_MENDOCINO), 2: llvmpipe (LLVM 19.1.7, 256 bits).`,
    )
  })

  it('that Dawn cannot be told to take is refused, not mistaken for another', () => {
    expect(chooseName(SERVER, 0)).toBe('NVIDIA H200')
    expect(() => chooseName(SERVER, 1)).toThrow('The graphics adapter 1 cannot be told by its name from one before it; this machine has 0: NVIDIA H200, 1: NVIDIA H200.')
    expect(() => chooseName(['NVIDIA H200 MIG', 'NVIDIA H200'], 1)).toThrow('cannot be told by its name')
  })
})

describe('Dawn', () => {
  it('that has no adapter at all gives a sentence that says what to install', async () => {
    const none: OpenDawn = () => gpu(async () => null)
    await expect(findAdapter(none)).rejects.toThrow('No graphics adapter was found.')
  })

  it('that lists its adapters in other words is quoted', async () => {
    const other: OpenDawn = () => gpu(() => Promise.reject(new Error('no such adapter')))
    await expect(findAdapter(other)).rejects.toThrow('WebGPU could not list its adapters: Error: no such adapter')
  })

  it('that is not installed gives a sentence that says how it is', async () => {
    vi.doMock('webgpu', () => {
      throw new Error("Cannot find package 'webgpu'")
    })
    const { loadDawn } = await import('./dawn.ts')
    await expect(loadDawn()).rejects.toThrow('The engine webgpu needs the npm package webgpu, which cannot be loaded here (npm install webgpu@0.6.2)')
  })
})

function gpu(requestAdapter: GPU['requestAdapter']): GPU {
  return { requestAdapter } as GPU
}
