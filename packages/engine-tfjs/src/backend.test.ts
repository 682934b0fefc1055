import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createReferenceEngine, trialBatch } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../../trial/src/example-spec.ts'
import { chooseBackend } from './backend.ts'
import type { Importer, Tensorflow } from './backend.ts'
import { createTfjsEngine } from './tfjs-engine.ts'

/** As Node refuses a package that is not installed. */
function missing(name: string): Error {
  return Object.assign(new Error(`Cannot find package '${name}' imported from /app/index.js`), { code: 'ERR_MODULE_NOT_FOUND' })
}

/** Imports what is installed, but for these packages. */
function without(...absent: readonly string[]): Importer {
  return async (name) => {
    if (absent.some((package_) => name.endsWith(package_))) throw missing(name)
    return import(name) as Promise<unknown>
  }
}

/** tfjs-node as it would be here: its interface is that of the library, its backend is named tensorflow. */
async function nativeStandIn({ isUsingGpuDevice }: { readonly isUsingGpuDevice: boolean }): Promise<Tensorflow> {
  const tf = await import('@tensorflow/tfjs-core')
  const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu')
  class Native extends MathBackendCPU {
    readonly isUsingGpuDevice = isUsingGpuDevice
  }
  tf.registerBackend('tensorflow', () => new Native())
  tf.copyRegisteredKernels('cpu', 'tensorflow')
  return tf
}

const NATIVE = ['tfjs-node-gpu', 'tfjs-node']

describe('the choice of a backend', () => {
  it('is wasm where neither tfjs-node-gpu nor tfjs-node is installed, and cpu where wasm is not either', async () => {
    const wasm = await chooseBackend(undefined, without(...NATIVE))
    expect(wasm).toMatchObject({ backend: { name: 'wasm', device: 'TensorFlow.js 4.22.0, wasm', queues: false }, passedOver: [] })
    const cpu = await chooseBackend(undefined, without(...NATIVE, 'tfjs-backend-wasm'))
    expect(cpu).toMatchObject({ backend: { name: 'cpu', device: 'TensorFlow.js 4.22.0, cpu' }, passedOver: [] })
  })

  it('says of a backend that is not installed how to get it', async () => {
    await expect(chooseBackend('tfjs-node', without(...NATIVE))).rejects.toThrow(
      '@tensorflow/tfjs-node is not installed. Install it with "npm install @tensorflow/tfjs-node@4.22.0" under Node 22 or older (it downloads libtensorflow).',
    )
    await expect(chooseBackend('tfjs-node-gpu', without(...NATIVE))).rejects.toThrow('CUDA 11.2 and cuDNN 8.1')
    await expect(chooseBackend('wasm', without('tfjs-backend-wasm'))).rejects.toThrow(
      '@tensorflow/tfjs-backend-wasm is not installed. It is an optional dependency of this package: install without "--omit=optional".',
    )
    await expect(chooseBackend(undefined, without(...NATIVE, 'tfjs-core'))).rejects.toThrow('@tensorflow/tfjs-core is not installed.')
  })

  it('passes over an installed backend that cannot be loaded, and says why', async () => {
    const importer: Importer = async (name) => {
      if (name.endsWith('tfjs-node-gpu')) throw new Error('libtensorflow.so.2: cannot open shared object file')
      return without('tfjs-node')(name)
    }
    const { backend, passedOver } = await chooseBackend(undefined, importer)
    expect(backend.name).toBe('wasm')
    expect(passedOver).toEqual(['@tensorflow/tfjs-node-gpu is installed but cannot be loaded: libtensorflow.so.2: cannot open shared object file.'])
    await expect(chooseBackend('tfjs-node-gpu', importer)).rejects.toThrow('cannot open shared object file.')
  })

  it('does not take a package for absent that lacks one of its own', async () => {
    const importer: Importer = (name) => (name.endsWith('tfjs-node') ? Promise.reject(missing('@mapbox/node-pre-gyp')) : without('tfjs-node-gpu')(name))
    expect((await chooseBackend(undefined, importer)).passedOver).toEqual([expect.stringContaining("Cannot find package '@mapbox/node-pre-gyp'")])
  })

  it('names the version of Node where the first operation of a native backend fails', async () => {
    const tf = await nativeStandIn({ isUsingGpuDevice: false })
    const broken = () => {
      throw new TypeError('(0 , util_1.isNullOrUndefined) is not a function')
    }
    await expect(chooseBackend('tfjs-node', () => Promise.resolve({ ...tf, default: undefined, matMul: broken }))).rejects.toThrow(
      `The backend tfjs-node does not work: (0 , util_1.isNullOrUndefined) is not a function. (tfjs-node 4.22.0 does not work under Node 23 or later; this is Node ${process.versions.node})`,
    )
    tf.removeBackend('tensorflow')
  })

  it('refuses tfjs-node-gpu that computes on the CPU', async () => {
    const tf = await nativeStandIn({ isUsingGpuDevice: false })
    await expect(chooseBackend('tfjs-node-gpu', () => Promise.resolve(tf))).rejects.toThrow('@tensorflow/tfjs-node-gpu found no GPU')
    tf.removeBackend('tensorflow')
    const onGpu = await nativeStandIn({ isUsingGpuDevice: true })
    expect((await chooseBackend('tfjs-node-gpu', () => Promise.resolve(onGpu))).backend.device).toBe('TensorFlow.js 4.22.0, tfjs-node-gpu, on a GPU')
    tf.removeBackend('tensorflow')
  })

  it('trains on a backend of the native kind as the reference does', async () => {
    const tf = await nativeStandIn({ isUsingGpuDevice: false })
    const engine = await createTfjsEngine({ backend: 'tfjs-node', importer: () => Promise.resolve({ default: tf }) })
    expect(engine.device).toBe('TensorFlow.js 4.22.0, tfjs-node, on the CPU')
    const batch = trialBatch(exampleSpec({ numerics: 'tfjs-f32/1', width: 4, training: { steps: 10 } }), [0, 1])
    const { signal } = new AbortController()
    const [found, expected] = [await engine.train(batch, signal), await createReferenceEngine().train(batch, signal)]
    // rounding of binary32 over ten steps
    found.loss.forEach((loss, i) => expect(loss).toBeCloseTo(expected.loss[i] ?? Number.NaN, 5))
    await engine.close()
    tf.removeBackend('tensorflow')
  })
})

describe('the package', () => {
  it('loads nothing of TensorFlow.js before an engine is created, and leaves errors of the process to the process', async () => {
    const script = `
      const { createRequire } = await import('node:module')
      const loaded = () => Object.keys(createRequire('/').cache).filter((path) => path.includes('@tensorflow')).length > 0
      const listeners = () => ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event))
      const { createTfjsEngine } = await import('@collapsar/engine-tfjs')
      const before = loaded()
      const engine = await createTfjsEngine({ backend: 'wasm' })
      console.log(JSON.stringify([before, loaded(), listeners(), engine.device]))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    expect(JSON.parse(stdout)).toEqual([false, true, [0, 0], 'TensorFlow.js 4.22.0, wasm'])
  })
})
