// Makes one file, dist/bundle.js, of dist/index.js and all that it imports. Again only when that has changed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('dist', import.meta.url))
const stamp = `${dist}/bundle.stamp`
// The manifest names the version.
const wanted = [`${dist}/../package.json`, `${dist}/index.js`].map((path) => readFileSync(path, 'utf8')).join('')

if (!existsSync(`${dist}/bundle.js`) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  const { build } = await import('rolldown')
  await build({ input: `${dist}/index.js`, platform: 'node', logLevel: 'warn', output: { file: `${dist}/bundle.js`, format: 'esm' } })
  writeFileSync(stamp, wanted)
}
