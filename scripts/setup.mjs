// Sets a fresh clone up: packages, native engine, TypeScript. Needs Node alone, and does again only what has changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const STAMP = `${root}node_modules/.collapsar-setup`
const OLDEST_NODE = [20, 19]
/** What packages/engine-cpu/build.mjs exits with when there is no compiler. */
const NO_COMPILER = 3

checkNode()
installPackages()
buildEngine()
compile()

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  fail(`Node ${process.versions.node} is too old; Collapsar needs ${OLDEST_NODE.join('.')} or later: https://nodejs.org`)
}

function installPackages() {
  const wanted = fingerprint(['package.json', 'package-lock.json'])
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return
  say('Installing packages (once, about half a minute) ...')
  // No package needs its install script: the engine is built below, Postgres' links are made at its start.
  const status = run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  if (status !== 0) fail('npm ci failed; its message is above. Is the npm registry reachable, and the folder writable?')
  writeFileSync(STAMP, wanted)
}

function buildEngine() {
  const status = run(process.execPath, ['packages/engine-cpu/build.mjs'])
  if (status === NO_COMPILER) say('Going on without the CPU engine: commands that train will say so.')
  else if (status !== 0) fail('The CPU engine could not be built; the message of the compiler is above.')
}

function compile() {
  const status = run(process.execPath, ['node_modules/typescript/bin/tsc', '-b'])
  if (status !== 0) fail('The TypeScript sources could not be compiled; the messages are above.')
  if (run(process.execPath, ['packages/schema/bundle.mjs']) !== 0) fail('The schema library could not be bundled; the message is above.')
}

function fingerprint(files) {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}\n`)
  for (const file of files) hash.update(readFileSync(`${root}${file}`))
  return hash.digest('hex')
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error !== undefined) fail(`${command} could not be started: ${error.message}`)
  return status
}

function say(line) {
  process.stderr.write(`${line}\n`)
}

function fail(line) {
  say(line)
  process.exit(1)
}
