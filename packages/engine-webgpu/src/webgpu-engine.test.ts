import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { useSwiftShader } from '../../../test/support/swiftshader.ts'
import { exampleSpec } from '../../trial/src/example-spec.ts'
import { trialBatch } from '@collapsar/trial'
import { createWebgpuEngine } from './webgpu-engine.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

describe.skipIf(!useSwiftShader())('the engine of WebGPU', () => {
  it('takes a software adapter only when asked', async () => {
    await expect(createWebgpuEngine()).rejects.toThrow('computes on the processor, far slower than the engine cpu does, and must be asked for')
    const engine = await createWebgpuEngine({ device: 'swiftshader', software: true })
    expect([engine.id, engine.numerics, engine.device.includes('SwiftShader')]).toEqual(['webgpu', ['webgpu-f32/1'], true])
    await engine.close()
  })

  it('names the adapters that there are', async () => {
    await expect(createWebgpuEngine({ device: 1, software: true })).rejects.toThrow(/^There is no graphics adapter 1; this machine has 0: SwiftShader .*\.$/)
  })

  it('refuses numerics that it has not', async () => {
    const engine = await createWebgpuEngine({ software: true })
    expect(engine.supports(trialBatch(exampleSpec(), []))).toBe('this engine has the numerics webgpu-f32/1, not ieee-f32/1')
    await engine.close()
  })

  it('says what to install where no driver is found', () => {
    const program = "import { createWebgpuEngine } from '@collapsar/engine-webgpu'\nawait createWebgpuEngine().catch(({ message }) => console.log(message))"
    const env = { ...process.env, VK_ICD_FILENAMES: '/nowhere', VK_DRIVER_FILES: '/nowhere' }
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    expect(said).toMatch(/^No graphics adapter was found\. WebGPU needs the Vulkan loader/)
  })
})
