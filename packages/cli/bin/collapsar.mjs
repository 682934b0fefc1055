#!/usr/bin/env node
import { existsSync } from 'node:fs'

const entry = new URL('../dist/main.js', import.meta.url)
if (existsSync(entry)) {
  const { main } = await import(entry.href)
  await main()
} else {
  process.stderr.write('collapsar has not been built yet; run: npm run build\n')
  process.exitCode = 1
}
