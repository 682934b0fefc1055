#!/usr/bin/env node
import { existsSync } from 'node:fs'
import module from 'node:module'

// Compiled code is kept between calls where Node can (22.8 and later): the command line starts faster.
module.enableCompileCache?.()

const entry = new URL('../dist/main.js', import.meta.url)
if (existsSync(entry)) {
  const { main } = await import(entry.href)
  await main()
} else {
  process.stderr.write('collapsar has not been built yet; run: npm run build\n')
  process.exitCode = 1
}
