import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Sources of this workspace as plain JavaScript that `node` runs, for tests that need processes to kill. */
export interface Bundle {
  readonly path: string
  remove(): void
}

/**
 * Bundles a TypeScript module with the workspace packages it imports; packages from npm stay imports, found from the
 * folder of the workspace.
 *
 * @param entry path from the root of the workspace.
 */
export async function bundle(entry: string): Promise<Bundle> {
  const outDir = mkdtempSync(join(root, 'node_modules', '.collapsar-test-'))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: [{ find: /^@collapsar\/(\w[\w-]*)$/, replacement: `${root}packages/$1/src/index.ts` }] },
    ssr: { noExternal: [/^@collapsar\//] },
    build: {
      ssr: join(root, entry),
      outDir,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'entry.mjs' } },
    },
  })
  return { path: join(outDir, 'entry.mjs'), remove: () => rmSync(outDir, { recursive: true, force: true }) }
}
