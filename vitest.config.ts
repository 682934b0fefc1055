import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

/** From 40 seconds to minutes each: begun last, one of them would leave the other cores idle until it ends. */
const LONGEST = [
  'engine-cpu/src/native-checks', 'test/chaos/chaos', 'trial/src/conformance', 'test/e2e/run', 'test/e2e/wrong-input',
  'test/integration/measurements', 'test/chaos/digests', 'trial/src/conformance-faults', 'test/e2e/measurements', 'test/e2e/remote',
  'test/load/load', 'engine-webgpu/src/conformance', 'test/agreement/engines', 'engine-cpu/src/conformance', 'test/integration/streaming', 'test/e2e/image', 'engine-cpu/src/bits',
  'test/e2e/figure', 'test/integration/pipeline', 'test/agreement/born-dead-one-input', 'test/integration/worker', 'test/e2e/map-commands',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(`${name}.test.ts`))
      return place < 0 ? LONGEST.length : place
    }
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

/** Their tests leave nothing behind in their process. */
const PURE = ['statistics', 'trial', 'sweep', 'report', 'reproductions', 'metrics', 'client'].map((name) => `packages/${name}/src/**/*.test.ts`)

/**
 * A relative import is the source; `@collapsar/...` is the build, natively and so at full speed, as users have it. `npm test`
 * builds first.
 */
export default defineConfig({
  test: {
    globalSetup: ['test/support/prepared-cluster.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One more than cores: many tests wait, for a lock to end or a server to come back, while others compute.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    server: { deps: { external: [/\/(packages|services)\/[^/]+\/dist\//] } },
    projects: [
      // One process for many files: each would read the same sources again, which takes longer than most tests.
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      {
        extends: true,
        test: { name: 'whole', include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'], exclude: ['**/node_modules/**', ...PURE] },
      },
    ],
  },
})
