// Loaded into a run of the command line (node --import): writes the processor time of its kernel threads to the file that
// KERNEL_SECONDS names when it ends.
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'

if (isMainThread && process.env.KERNEL_SECONDS !== undefined) {
  process.on('exit', () => {
    const { kernelSeconds } = createRequire(import.meta.url)('../build/engine.node')
    writeFileSync(process.env.KERNEL_SECONDS, String(kernelSeconds()))
  })
}
