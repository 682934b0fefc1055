import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))

/**
 * Unit tests run on the sources of every package. Tests in `test/` run on the build, as users do: natively, and so at
 * full speed.
 */
function entryOf(name: string, importer: string): string {
  const built = importer.startsWith(`${root}test/`)
  const candidates = ['packages', 'services'].map((folder) => `${root}${folder}/${name}/${built ? 'dist/index.js' : 'src/index.ts'}`)
  const entry = candidates.find((path) => existsSync(path))
  if (entry === undefined) throw new Error(`no workspace package named @collapsar/${name}; after a change run: npm run build`)
  return entry
}

export default defineConfig({
  plugins: [
    {
      name: 'workspace-packages',
      enforce: 'pre',
      resolveId: (id: string, importer = '') =>
        id.startsWith('@collapsar/') ? entryOf(id.slice('@collapsar/'.length), importer) : null,
    },
  ],
  test: {
    include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    server: { deps: { external: [/\/(packages|services)\/[^/]+\/dist\//] } },
  },
})
