import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where Debian and its descendants have Chromium's. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json'
const LOADER = 'libvulkan.so.1'

/**
 * Makes SwiftShader, a graphics processor in software, the only one that this process finds; that of the machine is left alone. Whether
 * it is installed: without it the tests on WebGPU are skipped, which is said once; with COLLAPSAR_TEST_REQUIRE_ALL=1 they fail
 * instead. Dawn and the Vulkan loader read the environment when they are first used.
 */
export function useSwiftShader(): boolean {
  const named = process.env['VK_ICD_FILENAMES'] ?? ''
  const driver = named.includes('swiftshader') ? named : DRIVER
  const missing = [...(existsSync(driver) ? [] : [driver]), ...(loaderInstalled() ? [] : [LOADER])]
  if (missing.length === 0) {
    process.env['VK_ICD_FILENAMES'] = driver
    process.env['VK_DRIVER_FILES'] = driver
    return true
  }
  const advice = `SwiftShader is not installed, there is no ${missing.join(' and no ')} (Debian: apt install chromium-common libvulkan1; elsewhere: VK_ICD_FILENAMES=<path of vk_swiftshader_icd.json>)`
  if (process.env['COLLAPSAR_TEST_REQUIRE_ALL'] === '1') throw new Error(advice)
  console.warn(`Tests on WebGPU are skipped: ${advice}.`)
  return false
}

/** Elsewhere Dawn stands on Metal or Direct3D, and finds no driver of Vulkan's. */
function loaderInstalled(): boolean {
  if (process.platform !== 'linux') return false
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib', ...folder('/usr/lib').filter((path) => path.endsWith('-linux-gnu'))]
  return folders.some((path) => existsSync(join(path, LOADER)))
}

function folder(path: string): string[] {
  return existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : []
}
