// The device that is measured, as the bench uses it: an engine that can be opened afresh, and the device alone for the peak.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export const ENGINES = ['cuda', 'webgpu']

/**
 * @returns {
 *   openEngine(): Promise<Engine>, device: Device, facts, software,
 *   visible: what a peer's CUDA_VISIBLE_DEVICES must be to be on the same device, or null }
 * @throws Error with the engine's own sentence where there is no such device
 */
export function openForBench({ engine, device }) {
  return engine === 'cuda' ? openCuda(device) : openWebgpu(device)
}

async function openCuda(wanted = '0') {
  if (!/^\d{1,4}$/.test(wanted)) throw new RangeError(`The device is ${wanted}; accepted with the engine cuda: its number, from 0.`)
  const index = Number(wanted)
  // What the driver has translated before it would not translate again, and nothing of that would be measured.
  process.env.CUDA_CACHE_DISABLE = '1'
  const [{ createCudaEngine }, { openCudaDevice }, { loadCudaDriver }] = await Promise.all([
    import('../dist/cuda-engine.js'),
    import('../dist/cuda-device.js'),
    import('../dist/driver.js'),
  ])
  const driver = loadCudaDriver()
  const device = openCudaDevice(driver, index)
  return {
    openEngine: async () => createCudaEngine({ device: index }),
    device,
    facts: { engine: 'cuda', ...cudaFacts(driver, device, index), ...smiFacts() },
    software: false,
    visible: visibleDevice(index),
  }
}

/** cuda.h, CUdevice_attribute: kHz but for `l2Bytes`, `multiprocessors` and `sharedBytes`. */
const ATTRIBUTES = { clockKhz: 13, multiprocessors: 16, memoryClockKhz: 36, l2Bytes: 38, major: 75, minor: 76, registersOfMultiprocessor: 82 }

function cudaFacts(driver, device, index) {
  const known = Object.entries(ATTRIBUTES).map(([name, attribute]) => [name, attempt(() => driver.attribute(attribute, index))])
  return { name: device.name, memoryBytes: driver.memory().total, threads: device.limits.threads, ...Object.fromEntries(known) }
}

/** What the driver's own tool adds, where it is there: for all devices that this process may see. */
function smiFacts() {
  const fields = 'index,name,driver_version,clocks.sm,clocks.max.sm,power.limit,mig.mode.current'
  const list = attempt(() => execFileSync('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader'], { encoding: 'utf8', timeout: 10_000, stdio: 'pipe' }))
  const module = attempt(() => readFileSync('/proc/driver/nvidia/version', 'utf8').split('\n')[0])
  return { driver: /,\s*(\d+\.\d+[\d.]*)\s*,/.exec(list ?? '')?.[1] ?? /\b(\d{3}\.\d+[\d.]*)\b/.exec(module ?? '')?.[1] ?? null, nvidiaSmi: list?.trim() ?? null }
}

/** The driver counts what CUDA_VISIBLE_DEVICES lets it see. */
function visibleDevice(index) {
  const list = process.env.CUDA_VISIBLE_DEVICES
  return list === undefined || list === '' ? String(index) : (list.split(',')[index] ?? String(index))
}

async function openWebgpu(wanted) {
  const [{ createWebgpuEngine }, { loadDawn }, { findAdapter }, { openWebgpuDevice }, { checkAdapter, isSoftware }] = await Promise.all(
    ['webgpu-engine', 'dawn', 'find-adapter', 'webgpu-device', 'usable-adapter'].map((name) => import(`../../engine-webgpu/dist/${name}.js`)),
  )
  const software = wanted === 'software'
  const which = wanted === undefined || software ? undefined : /^\d{1,4}$/.test(wanted) ? Number(wanted) : wanted
  const found = await findAdapter(await loadDawn(), which)
  checkAdapter(found, { software })
  const device = await openWebgpuDevice(found)
  const { architecture, description, vendor } = found.adapter.info
  return {
    openEngine: () => createWebgpuEngine({ device: which, software }),
    device,
    facts: { engine: 'webgpu', name: device.name, vendor, architecture, driver: description, limits: device.limits },
    software: isSoftware(found),
    visible: null,
  }
}

function attempt(act) {
  try {
    return act()
  } catch {
    return null
  }
}
