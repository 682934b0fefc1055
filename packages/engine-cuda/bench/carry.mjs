// Packs the bench for a Linux machine with a graphics processor that has neither Node nor a network: Node itself, what the bench runs of the
// repository, the libraries that a driver of Vulkan wants, and a script that unpacks and starts it all.
//
//   node packages/engine-cuda/bench/carry.mjs [FILE]          (build/collapsar-gpu-bench.tar by default; takes a minute and a compressor, xz)
//   tar xf collapsar-gpu-bench.tar && bash collapsar-gpu-bench/run.sh --quick          (there; options as those of npm run bench:gpu)
//
// The machine must be of the same architecture, with a C library as new as this one's. Python is used where it is there, for the peers.
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const NAME = 'collapsar-gpu-bench'
/** A package of the workspace, and its folders that the bench runs. */
const PACKAGES = {
  'trial': ['dist'],
  'kernels': ['dist'],
  'engine-cpu': ['dist', 'build/engine.node', 'build/stamp', 'bench'],
  'engine-cuda': ['dist', 'bench'],
  'engine-webgpu': ['dist'],
}
const PLATFORM = `${process.platform}-${process.arch}`
/** What is loaded of the packages of npm: of one platform, without sources and documents. */
const MODULES = [
  'koffi/package.json',
  'koffi/index.js',
  'koffi/index.cjs',
  'koffi/LICENSE.txt',
  'koffi/src/koffi',
  `@koromix/koffi-${PLATFORM}`,
  'webgpu/package.json',
  'webgpu/index.js',
  'webgpu/LICENSE.md',
  `webgpu/dist/${PLATFORM}`,
]
const GOLDEN = ['training-float64.json', 'normalized-training-float64.json']
/** The loader of Vulkan, what NVIDIA's driver of Vulkan loads beside it, and what C++ needs: for machines that lack them. */
const VULKAN = ['libvulkan.so.1', 'libX11.so.6', 'libXext.so.6', 'libxcb.so.1', 'libXau.so.6', 'libXdmcp.so.6', 'libbsd.so.0', 'libmd.so.0']
const CXX = ['libstdc++.so.6', 'libgcc_s.so.1']

const say = (line) => process.stderr.write(`${line}\n`)

function main() {
  const target = resolve(process.argv[2] ?? join(root, 'build', `${NAME}.tar`))
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-carry-'))
  try {
    const payload = join(folder, 'payload')
    collect(payload)
    check(payload)
    const outer = join(folder, NAME)
    mkdirSync(outer)
    copyFileSync(new URL('run.sh', import.meta.url), join(outer, 'run.sh'))
    say('Compressing ...')
    execFileSync('tar', ['-cJf', join(outer, 'payload.tar.xz'), '-C', folder, 'payload'], { env: { ...process.env, XZ_OPT: '-6 -T1' } })
    mkdirSync(dirname(target), { recursive: true })
    execFileSync('tar', ['-cf', target, '-C', folder, NAME])
    process.stdout.write(`${target}: ${(statSync(target).size / 1e6).toFixed(1)} MB\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The tree as in the repository, so that nothing of the bench knows that it was carried. */
function collect(payload) {
  for (const [name, parts] of Object.entries(PACKAGES)) {
    for (const part of ['package.json', ...parts]) copy(join('packages', name, part), payload)
    mkdirSync(join(payload, 'node_modules', '@collapsar'), { recursive: true })
    symlinkSync(join('..', '..', 'packages', name), join(payload, 'node_modules', '@collapsar', name))
  }
  for (const module of MODULES) copy(join('node_modules', module), payload, { optional: !module.startsWith('koffi/') })
  for (const file of GOLDEN) copy(join('test', 'golden', file), payload)
  copyNode(payload)
  copyLibraries(payload, 'lib', VULKAN)
  copyLibraries(payload, 'lib-cxx', CXX)
  writeFileSync(join(payload, 'commit'), commit())
}

function copy(path, payload, { optional = false } = {}) {
  const source = join(root, path)
  if (!existsSync(source)) {
    if (!optional) throw new Error(`${path} is missing: npm run build makes it`)
    say(`${path} is not here and is left out`)
    return
  }
  cpSync(source, join(payload, path), { recursive: true, filter: (name) => !NOT_RUN.test(name) })
}

const NOT_RUN = /\.(map|d\.ts|tsbuildinfo|cc|hh|inc|S|asm|def)$|CMakeLists|__pycache__|musl_/

/** That what was collected is whole: the library that calls the driver, and the engine it is compared with, can be loaded. */
function check(payload) {
  const script = "await import('koffi'); await import('./dist/index.js'); if (!(await import('../engine-cpu/dist/index.js')).cpuEngineStatus().available) throw new Error('no engine cpu')"
  execFileSync(join(payload, 'node'), ['--input-type=module', '-e', script], { cwd: join(payload, 'packages', 'engine-cuda'), env: {}, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** This Node, without the names of its symbols where there is a `strip`. */
function copyNode(payload) {
  const node = join(payload, 'node')
  copyFileSync(realpathSync(process.execPath), node)
  chmodSync(node, 0o755)
  try {
    execFileSync('strip', [node], { stdio: 'ignore' })
  } catch {
    say('There is no strip: Node is carried with the names of its symbols, 3 MB more')
  }
}

function copyLibraries(payload, folder, names) {
  mkdirSync(join(payload, folder))
  const known = execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' })
  for (const name of names) {
    const path = new RegExp(`^\\s*${name.replaceAll(/[.+]/g, String.raw`\$&`)} \\(libc6,(?:x86-64|AArch64)\\) => (.*)$`, 'm').exec(known)?.[1]
    if (path === undefined) say(`${name} is not here and is left out`)
    else copyFileSync(realpathSync(path), join(payload, folder, basename(path)))
  }
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return 'unknown'
  }
}

main()
