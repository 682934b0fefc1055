// The peers that are known, what they need, and what they train at a time.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const TFJS = here('../build/peers')
const INSTALL_LIMIT_MS = 120_000
const PYTHONS = [process.env.PYTHON, 'python3', '/usr/bin/python3'].filter(Boolean)

const byFormulation = ({ networks }, formulation) => networks[formulation.startsWith('elementwise') ? 'elementwise' : 'matrix']

/** `kind` is the goal of cases.mjs that a peer is held against, `networks` what it may stack: the fastest is taken. */
export const PEERS = [
  { kind: 'stacked', name: 'PyTorch, stacked', networks: byFormulation, command: () => python('torch', ['torch_peer.py', 'stacked']) },
  { kind: 'stacked', name: 'numpy, stacked', networks: byFormulation, command: () => python('numpy', ['numpy_peer.py']) },
  { kind: 'single', name: 'PyTorch, one at a time', networks: () => [1], command: () => python('torch', ['torch_peer.py', 'single']) },
  { kind: 'tfjs', name: 'TensorFlow.js wasm, stacked', networks: ({ networks }) => networks.tfjs, command: () => tfjs('wasm') },
  { kind: null, name: 'TensorFlow.js cpu, stacked', networks: ({ networks }) => networks.tfjs.slice(0, 1), command: () => tfjs('cpu') },
]

/** The program and its arguments, for the first Python that has the package. @throws Error that says what to install */
function python(library, [script, ...args]) {
  return [pythonWith(library, `Debian: apt-get install python3-${library} libopenblas0`), [here(`peers/${script}`), ...args]]
}

/** The first Python that has a package, and numpy. @throws Error that says how to get it */
export function pythonWith(library, remedy) {
  const found = PYTHONS.find((name) => succeeds(name, ['-c', `import numpy, ${library}`]))
  if (found === undefined) throw new Error(`not installed (${remedy}; or name a Python that has it in PYTHON)`)
  return found
}

/** TensorFlow.js is no dependency of the product: it is installed into build/peers, by its own lockfile, when first asked for. */
function tfjs(backend) {
  mkdirSync(TFJS, { recursive: true })
  const wanted = readFileSync(here('peers/package-lock.json'), 'utf8')
  const stamp = `${TFJS}/installed`
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(here(`peers/${file}`), `${TFJS}/${file}`)
    if (!succeeds('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: TFJS })) {
      throw new Error('npm could not install it; is the registry reachable? (npm ci in packages/engine-cpu/build/peers)')
    }
    writeFileSync(stamp, wanted)
  }
  return [process.execPath, [here('peers/tfjs-peer.mjs'), TFJS, backend]]
}

function succeeds(command, args, options = {}) {
  try {
    execFileSync(command, args, { ...options, stdio: 'ignore', timeout: INSTALL_LIMIT_MS })
    return true
  } catch {
    return false
  }
}
