import koffi from 'koffi'

/** Addresses on the device, and handles of the driver: 64-bit words. */
export type Handle = bigint

/** An error that the driver reports, by its name in cuda.h. */
export class CudaError extends Error {
  override readonly name = 'CudaError'
  readonly result: number

  constructor(call: string, result: number, description: string) {
    super(`${call} failed: ${description}`)
    this.result = result
  }
}

/** Results that are not failures, or that a caller tells apart (cuda.h). */
export const RESULT = { success: 0, outOfMemory: 2, noDevice: 100, notReady: 600 } as const

/** cuda.h, CUdevice_attribute. */
export const ATTRIBUTE = { workgroupThreads: 1, multiprocessors: 16, pciBus: 33, pciDevice: 34, threadsOfMultiprocessor: 39, pciDomain: 50, major: 75, minor: 76, sharedBytes: 97 } as const

/** cuda.h, CUfunction_attribute. */
const MOST_DYNAMIC_SHARED = 8
/** cuda.h: the arguments of a launch as one packed buffer. */
const [LAUNCH_END, LAUNCH_BUFFER, LAUNCH_SIZE] = [0n, 1n, 2n]
const NAME_BYTES = 256
const NON_BLOCKING_STREAM = 1
const DEFAULT_STREAM = 0n
const NO_TIMING = 2

/** What of the CUDA driver a training needs. Every call throws a CudaError unless it succeeds. */
export interface CudaDriver {
  /** Of the driver: 12040 is CUDA 12.4. */
  version(): number
  deviceCount(): number
  deviceName(device: number): string
  attribute(attribute: number, device: number): number
  /** Makes the primary context of a device the one of this thread. */
  useDevice(device: number): void
  releaseDevice(device: number): void
  /** Of the device in use, in bytes. */
  memory(): { readonly free: number; readonly total: number }
  allocate(bytes: number): Handle
  free(address: Handle): void
  /** What is started on any stream afterwards sees the content. */
  copyToDevice(address: Handle, content: ArrayBufferView): void
  copyFromDevice(content: ArrayBufferView, address: Handle): void
  /** Translates PTX for the device in use and gives its kernel. */
  loadKernel(text: string, name: string, sharedBytes: number): Handle
  createStream(): Handle
  createEvent(): Handle
  /** Starts a kernel on a stream. @param parameters packed as the kernel declares them */
  launch(kernel: Handle, launch: Launch): void
  /** Notes the end of what was started on the stream. */
  record(event: Handle, stream: Handle): void
  hasPassed(event: Handle): boolean
  destroyEvent(event: Handle): void
}

export interface Launch {
  readonly groups: number
  readonly threads: number
  readonly sharedBytes: number
  readonly stream: Handle
  readonly parameters: Uint8Array
}

const LIBRARIES = process.platform === 'win32' ? ['nvcuda.dll'] : ['libcuda.so.1', 'libcuda.so']

/**
 * Loads the driver's library and initializes it.
 * @param path of another library than the system's
 * @throws Error with a sentence when there is no driver, or it has no device
 */
export function loadCudaDriver(path?: string): CudaDriver {
  const library = openLibrary(path === undefined ? LIBRARIES : [path])
  const call = (declaration: string) => library.func(declaration) as (...values: unknown[]) => number
  const errorName = library.func('int cuGetErrorName(int error, _Out_ const char **name)') as (error: number, name: [string | null]) => number
  const check = (name: string, result: number) => {
    if (result === RESULT.success) return
    const described: [string | null] = [null]
    errorName(result, described)
    throw new CudaError(name, result, described[0] ?? `error ${result}`)
  }
  /** A call that is checked, by its declaration. */
  const checked = (declaration: string) => {
    const bound = call(declaration)
    const name = /\b(cu\w+)\(/.exec(declaration)?.[1] ?? declaration
    return (...values: unknown[]) => {
      check(name, bound(...values))
    }
  }

  const init = checked('int cuInit(unsigned int flags)')
  const driverVersion = checked('int cuDriverGetVersion(_Out_ int *version)')
  const deviceGetCount = checked('int cuDeviceGetCount(_Out_ int *count)')
  const deviceGetName = checked('int cuDeviceGetName(void *name, int length, int device)')
  const deviceGetAttribute = checked('int cuDeviceGetAttribute(_Out_ int *value, int attribute, int device)')
  const retain = checked('int cuDevicePrimaryCtxRetain(_Out_ uint64_t *context, int device)')
  const release = checked('int cuDevicePrimaryCtxRelease_v2(int device)')
  const setCurrent = checked('int cuCtxSetCurrent(uint64_t context)')
  const memoryInfo = checked('int cuMemGetInfo_v2(_Out_ uint64_t *free, _Out_ uint64_t *total)')
  const memAlloc = checked('int cuMemAlloc_v2(_Out_ uint64_t *address, uint64_t bytes)')
  const memFree = checked('int cuMemFree_v2(uint64_t address)')
  const toDevice = checked('int cuMemcpyHtoD_v2(uint64_t to, const void *from, uint64_t bytes)')
  const fromDevice = checked('int cuMemcpyDtoH_v2(void *to, uint64_t from, uint64_t bytes)')
  const moduleLoad = checked('int cuModuleLoadData(_Out_ uint64_t *module, const char *text)')
  const moduleFunction = checked('int cuModuleGetFunction(_Out_ uint64_t *kernel, uint64_t module, const char *name)')
  const setAttribute = checked('int cuFuncSetAttribute(uint64_t kernel, int attribute, int value)')
  const streamCreate = checked('int cuStreamCreate(_Out_ uint64_t *stream, unsigned int flags)')
  const streamSynchronize = checked('int cuStreamSynchronize(uint64_t stream)')
  const eventCreate = checked('int cuEventCreate(_Out_ uint64_t *event, unsigned int flags)')
  const eventRecord = checked('int cuEventRecord(uint64_t event, uint64_t stream)')
  const eventDestroy = checked('int cuEventDestroy_v2(uint64_t event)')
  const eventQuery = call('int cuEventQuery(uint64_t event)')
  const launchKernel = checked(
    'int cuLaunchKernel(uint64_t kernel, unsigned int x, unsigned int y, unsigned int z, unsigned int bx, unsigned int by, unsigned int bz, unsigned int shared, uint64_t stream, void *parameters, void *extra)',
  )

  const outInteger = (act: (out: [number]) => void): number => {
    const out: [number] = [0]
    act(out)
    return out[0]
  }
  const outHandle = (act: (out: [number | bigint]) => void): Handle => {
    const out: [number | bigint] = [0]
    act(out)
    return BigInt(out[0])
  }

  const launchArguments = new LaunchArguments()

  init(0)
  return {
    version: () => outInteger((out) => { driverVersion(out) }),
    deviceCount: () => outInteger((out) => { deviceGetCount(out) }),
    deviceName(device) {
      const name = new Uint8Array(NAME_BYTES)
      deviceGetName(name, NAME_BYTES, device)
      return new TextDecoder().decode(name.subarray(0, name.indexOf(0)))
    },
    attribute: (attribute, device) => outInteger((out) => { deviceGetAttribute(out, attribute, device) }),
    useDevice(device) {
      setCurrent(outHandle((out) => { retain(out, device) }))
    },
    releaseDevice: (device) => { release(device) },
    memory() {
      const [free, total]: [[number | bigint], [number | bigint]] = [[0], [0]]
      memoryInfo(free, total)
      return { free: Number(free[0]), total: Number(total[0]) }
    },
    allocate: (bytes) => outHandle((out) => { memAlloc(out, bytes) }),
    free: (address) => { memFree(address) },
    copyToDevice(address, content) {
      toDevice(address, content, content.byteLength)
      // From pageable memory it returns before the last bytes have arrived, and a stream of ours does not wait for them.
      streamSynchronize(DEFAULT_STREAM)
    },
    copyFromDevice: (content, address) => { fromDevice(content, address, content.byteLength) },
    loadKernel(text, name, sharedBytes) {
      const module = outHandle((out) => { moduleLoad(out, text) })
      const kernel = outHandle((out) => { moduleFunction(out, module, name) })
      if (sharedBytes > 0) setAttribute(kernel, MOST_DYNAMIC_SHARED, sharedBytes)
      return kernel
    },
    createStream: () => outHandle((out) => { streamCreate(out, NON_BLOCKING_STREAM) }),
    createEvent: () => outHandle((out) => { eventCreate(out, NO_TIMING) }),
    launch(kernel, { groups, parameters, sharedBytes, stream, threads }) {
      launchKernel(kernel, groups, 1, 1, threads, 1, 1, sharedBytes, stream, null, launchArguments.with(parameters))
    },
    record: (event, stream) => { eventRecord(event, stream) },
    hasPassed(event) {
      const result = eventQuery(event)
      if (result === RESULT.notReady) return false
      check('cuEventQuery', result)
      return true
    },
    destroyEvent: (event) => { eventDestroy(event) },
  }
}

/**
 * The arguments of a launch in memory of their own, which cuLaunchKernel reads before it returns: the list of what follows, the
 * number of bytes, the packed arguments.
 */
class LaunchArguments {
  readonly #block: unknown = koffi.alloc('uint8_t', PACKED_AT + MOST_PACKED)
  readonly #bytes = new Uint8Array(koffi.view(this.#block, PACKED_AT + MOST_PACKED))

  constructor() {
    const start = koffi.address(this.#block)
    const list = [LAUNCH_BUFFER, start + BigInt(PACKED_AT), LAUNCH_SIZE, start + BigInt(SIZE_AT), LAUNCH_END]
    list.forEach((word, i) => this.#view.setBigUint64(8 * i, word, true))
  }

  with(packed: Uint8Array): unknown {
    this.#view.setBigUint64(SIZE_AT, BigInt(packed.byteLength), true)
    this.#bytes.set(packed, PACKED_AT)
    return this.#block
  }

  get #view(): DataView {
    return new DataView(this.#bytes.buffer)
  }
}

const SIZE_AT = 48
const PACKED_AT = 64
/** CUDA takes at most 4 KiB of arguments. */
const MOST_PACKED = 4096

function openLibrary(paths: readonly string[]): ReturnType<typeof koffi.load> {
  const reasons: string[] = []
  for (const path of paths) {
    try {
      return koffi.load(path)
    } catch (cause) {
      reasons.push(cause instanceof Error ? cause.message : String(cause))
    }
  }
  throw new Error(`The driver of an NVIDIA processor is not installed here (${[...new Set(reasons)].join('; ')}). In a container it comes with the capabilities compute,utility.`)
}
