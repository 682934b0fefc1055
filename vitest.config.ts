import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))

/** The source entry of a workspace package, so that tests run on the sources and not on the last build. */
function sourceEntry(name: string): string {
  const candidates = ['packages', 'services'].map((folder) => `${root}${folder}/${name}/src/index.ts`)
  const entry = candidates.find((path) => existsSync(path))
  if (entry === undefined) throw new Error(`no workspace package named @collapsar/${name}`)
  return entry
}

export default defineConfig({
  plugins: [
    {
      name: 'workspace-sources',
      enforce: 'pre',
      resolveId: (id: string) =>
        id.startsWith('@collapsar/') ? sourceEntry(id.slice('@collapsar/'.length)) : null,
    },
  ],
  test: {
    include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
