import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

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

/** Minutes each: begun last, one of them would leave a core idle until it ends. */
const LONGEST = ['engine-cpu/src/native-checks.test.ts', 'trial/src/conformance.test.ts', 'test/chaos/chaos.test.ts', 'test/e2e/run.test.ts', 'test/e2e/figure.test.ts']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONGEST.some((name) => moduleId.endsWith(name))
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
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
    sequence: { sequencer: LongestFirst },
    server: { deps: { external: [/\/(packages|services)\/[^/]+\/dist\//] } },
  },
})
