import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { KernelBackend } from '@tensorflow/tfjs-core'
import { registerGradients } from './gradients.ts'

/** The library, all of which is imported on demand: those who never create this engine never load it. */
export type Tensorflow = typeof import('@tensorflow/tfjs-core')

/** In the order in which they are tried. */
export const TFJS_BACKENDS = ['tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu'] as const
export type TfjsBackendName = (typeof TFJS_BACKENDS)[number]

/** TensorFlow.js with the backend that it computes with. It has one at a time in a process. */
export interface Backend {
  readonly name: TfjsBackendName
  readonly tf: Tensorflow
  /** Library, version, backend and processor: what decides bits and speed. */
  readonly device: string
  /** Whether operations only join a queue, so that their time shows when a number is read. */
  readonly queues: boolean
}

/** Imports a package by its name. */
export type Importer = (name: string) => Promise<unknown>

/** A backend that is not here. Its message says why and how to get it. */
export class BackendUnavailableError extends Error {
  override readonly name = 'BackendUnavailableError'
  /** Whether the user has not installed it: nothing to be told of where another one does. */
  readonly isAbsent: boolean

  constructor(message: string, { isAbsent, cause }: { readonly isAbsent: boolean; readonly cause?: unknown }) {
    super(message, { cause })
    this.isAbsent = isAbsent
  }
}

const importPackage: Importer = (name) => import(name) as Promise<unknown>

export interface ChosenBackend {
  readonly backend: Backend
  /** Why a better backend is not used although it is installed. */
  readonly passedOver: readonly string[]
}

/**
 * The backend of this name; without one the first that works.
 * @throws BackendUnavailableError where it is not there, or none is
 */
export async function chooseBackend(wanted?: TfjsBackendName, importer: Importer = importPackage): Promise<ChosenBackend> {
  if (wanted !== undefined) return { backend: await loadBackend(wanted, importer), passedOver: [] }
  const errors: BackendUnavailableError[] = []
  const passedOver = () => errors.filter(({ isAbsent }) => !isAbsent).map(({ message }) => message)
  for (const name of TFJS_BACKENDS) {
    try {
      return { backend: await loadBackend(name, importer), passedOver: passedOver() }
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error
      errors.push(error)
    }
  }
  throw new BackendUnavailableError([...new Set(errors.map(({ message }) => message))].join(' '), { isAbsent: false, cause: errors.at(-1) })
}

async function loadBackend(name: TfjsBackendName, importer: Importer): Promise<Backend> {
  switch (name) {
    case 'tfjs-node-gpu':
    case 'tfjs-node':
      return loadNative(name, importer)
    case 'wasm':
    case 'cpu':
      return loadPortable(name, importer)
    default:
      throw new RangeError(`invalid backend ${String(name satisfies never)} (one of ${TFJS_BACKENDS.join(', ')})`)
  }
}

/** What of tfjs-node's backend says where it computes. */
interface NativeBackend extends KernelBackend {
  readonly isUsingGpuDevice?: boolean
}

/** libtensorflow through Node's addon of it, which the user installs: its installation downloads some hundred megabytes. */
async function loadNative(name: 'tfjs-node-gpu' | 'tfjs-node', importer: Importer): Promise<Backend> {
  const tf = await importTensorflow(`@tensorflow/${name}`, importer, () => howToInstall(name))
  await prepare(name, tf, 'tensorflow')
  const onGpu = (tf.backend() as NativeBackend).isUsingGpuDevice === true
  if (name === 'tfjs-node-gpu' && !onGpu) {
    throw new BackendUnavailableError(`@tensorflow/${name} found no GPU: ${NEEDS_OF_GPU}.`, { isAbsent: false })
  }
  return { name, tf, device: `TensorFlow.js ${tf.version_core}, ${name}, on ${onGpu ? 'a GPU' : 'the CPU'}`, queues: true }
}

const NEEDS_OF_GPU = 'it needs an NVIDIA driver and the libraries of CUDA 11.2 and cuDNN 8.1 in the path of the loader'

function howToInstall(name: 'tfjs-node-gpu' | 'tfjs-node'): string {
  const needs = name === 'tfjs-node-gpu' ? `; ${NEEDS_OF_GPU}` : ''
  return `Install it with "npm install @tensorflow/${name}@4.22.0" under Node 22 or older (it downloads libtensorflow${needs}).`
}

/** TensorFlow.js's own kernels, in WebAssembly or in JavaScript. */
async function loadPortable(name: 'wasm' | 'cpu', importer: Importer): Promise<Backend> {
  const how = () => 'It is an optional dependency of this package: install without "--omit=optional".'
  const tf = await importTensorflow('@tensorflow/tfjs-core', importer, how)
  const kernels = await importTensorflow(`@tensorflow/tfjs-backend-${name}`, importer, how)
  if (name === 'wasm') (kernels as unknown as WasmBackend).setWasmPaths(wasmFolder())
  await prepare(name, tf, name)
  return { name, tf, device: `TensorFlow.js ${tf.version_core}, ${name}`, queues: false }
}

interface WasmBackend {
  setWasmPaths(folder: string): void
}

/** Beside the package's main file, wherever npm has put it. */
function wasmFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), '/')
}

/** @param how what to do where the package is not installed */
async function importTensorflow(name: string, importer: Importer, how: () => string): Promise<Tensorflow> {
  try {
    const found = (await importer(name)) as Tensorflow & { readonly default?: Tensorflow }
    return found.default ?? found
  } catch (cause) {
    if (isAbsent(cause, name)) throw new BackendUnavailableError(`${name} is not installed. ${how()}`, { isAbsent: true, cause })
    throw new BackendUnavailableError(`${name} is installed but cannot be loaded: ${sentence(cause)}`, { isAbsent: false, cause })
  }
}

/** Whether the package itself is missing, rather than something that it asks for. */
function isAbsent(error: unknown, name: string): boolean {
  const isMissing = error instanceof Error && 'code' in error && (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')
  return isMissing && (error.message.includes(`'${name}'`) || error.message.includes(`"${name}"`))
}

function sentence(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().replace(/\s*\.?$/, '.')
}

/** Makes a backend that of the process, and has it compute once: tfjs-node loads under Node 23, and then fails in its first operation. */
async function prepare(name: TfjsBackendName, tf: Tensorflow, registered: string): Promise<void> {
  // Without it every NaN is looked for in debug mode, and the backends print advice.
  tf.enableProdMode()
  registerGradients(tf)
  try {
    if (!(await withoutNewListeners(() => tf.setBackend(registered)))) throw new Error(`TensorFlow.js has no backend ${registered}`)
    const four = tf.tidy(() => tf.matMul(tf.ones([2, 1, 4]), tf.ones([2, 4, 1])).dataSync()[0])
    if (four !== 4) throw new Error(`it computes 1 + 1 + 1 + 1 = ${four}`)
  } catch (cause) {
    const advice = cause instanceof TypeError && registered === 'tensorflow' ? ` (tfjs-node 4.22.0 does not work under Node 23 or later; this is Node ${process.versions.node})` : ''
    throw new BackendUnavailableError(`The backend ${name} does not work: ${sentence(cause)}${advice}`, { isAbsent: false, cause })
  }
}

const PROCESS_EVENTS = ['uncaughtException', 'unhandledRejection'] as const

/** Emscripten's runtime makes itself the judge of all errors of the process, and rethrows them: what becomes of errors is not its to say. */
async function withoutNewListeners<T>(start: () => Promise<T>): Promise<T> {
  const before = PROCESS_EVENTS.map((event) => new Set<unknown>(process.rawListeners(event)))
  try {
    return await start()
  } finally {
    PROCESS_EVENTS.forEach((event, i) => {
      for (const listener of process.rawListeners(event)) {
        if (before[i]?.has(listener) === false) process.removeListener(event, listener as () => void)
      }
    })
  }
}
