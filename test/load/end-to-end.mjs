// What a sweep costs from its submission to its last recorded block, beside the bare engine on the same trials, in one run:
//   node test/load/end-to-end.mjs [w1|born-dead] [--threads N] [--inits N] [--json]
// Planner and worker are processes of their own, on a Redis and a Postgres that this program starts. Wall times are of use on a
// quiet machine alone; the ratio of processor times also on a busy one.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createCpuEngine } from '@collapsar/engine-cpu'
import { openEmbeddedPostgres, openStore } from '@collapsar/store'
import { blocksFor, BLOCK_TRIALS, parseSweep } from '@collapsar/sweep'
import { engineBatch } from '@collapsar/trial'

const BINARY = fileURLToPath(new URL('../../packages/cli/bin/collapsar.mjs', import.meta.url))
/** Longest time for one sweep, in seconds: ten times what it takes on two quiet cores. */
const LIMIT_SECONDS = 300
/** Trials of a bare batch: no more than a worker has in memory at once. */
const BARE_BATCH = 20_000

/** Clock ticks a second in /proc (proc(5), sysconf(_SC_CLK_TCK)): 100 on every Linux that Node runs on. */
const TICKS = 100

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string' }, inits: { type: 'string' }, json: { type: 'boolean' } },
})
const threads = Number(values.threads ?? availableParallelism())
const kinds = {
  // Depths 2 to 20 as in the published maps of collapse, one narrow width, trained to 3,000 steps.
  w1: (inits) => ({ grid: { depth: { from: 2, to: 20 }, width: 3 }, inits: inits ?? 1000, training: { steps: 3000 } }),
  'born-dead': (inits) => ({ grid: { depth: { from: 2, to: 20 }, width: [1, 2, 3, 4] }, inits: inits ?? 40_000, training: { steps: 0 } }),
}
const kind = positionals[0] ?? 'w1'
if (kinds[kind] === undefined) throw new Error(`unknown sweep ${kind}; accepted: ${Object.keys(kinds).join(', ')}`)
const sweep = parseSweep(kinds[kind](values.inits === undefined ? undefined : Number(values.inits)))

/** Processes of this program; Postgres ends by itself with the last process that uses it. */
const children = []
/** Ended by a signal, it ends as at its end, and leaves no process and no folder behind. */
const ended = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ended.abort(new Error(`ended by ${signal}`)))

const before = await trainBare(0)
const served = await serve()
const after = await trainBare(1)
report(served, { seconds: before.seconds + after.seconds, cpuSeconds: before.cpuSeconds + after.cpuSeconds })

/** Half of the cells, by parity, on the engine alone: the other half follows after the sweep, as machines drift. */
async function trainBare(parity) {
  const engine = createCpuEngine({ threads })
  const started = performance.now()
  const cpu = process.cpuUsage()
  for (const { spec, inits } of sweep.cells.filter((_, place) => place % 2 === parity)) {
    const end = blocksFor(inits) * BLOCK_TRIALS
    for (let first = 0; first < end; first += BARE_BATCH) {
      const trials = Float64Array.from({ length: Math.min(BARE_BATCH, end - first) }, (_, index) => first + index)
      await engine.train(await engineBatch(spec, trials), ended.signal)
    }
  }
  const { user, system } = process.cpuUsage(cpu)
  await engine.close()
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 }
}

async function serve() {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-load-'))
  const postgres = await openEmbeddedPostgres({ dataDir: join(folder, 'data') })
  const store = await openStore({ databaseUrl: postgres.url })
  try {
    const port = await freePort()
    const redis = start('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', ''])
    children.push(redis)
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: postgres.url, REDIS_URL: `redis://127.0.0.1:${port}` }
    await delay(1000)
    const planner = start(process.execPath, [BINARY, 'planner'], env)
    const worker = start(process.execPath, [BINARY, 'worker', '--threads', String(threads)], env)
    children.push(planner, worker)
    await until(async () => (await store.liveWorkers(60)).length === 1)
    const measured = { worker: worker.pid, training: childrenOf(worker.pid)[0], planner: planner.pid, redis: redis.pid, postgres: postmaster(folder) }
    const cpuBefore = cpuOf(measured)
    const started = performance.now()
    const { sweep: created } = await store.createSweep({ ...sweep })
    await until(async () => (await store.sweep(created.id))?.state === 'done')
    const seconds = (performance.now() - started) / 1000
    const cpuAfter = cpuOf(measured)
    return { seconds, cpu: Object.fromEntries(Object.entries(cpuAfter).map(([name, spent]) => [name, spent - cpuBefore[name]])) }
  } finally {
    for (const child of children.toReversed()) child.kill('SIGTERM')
    await Promise.all(children.map((child) => Promise.race([new Promise((resolve) => child.once('exit', resolve)), delay(5000)])))
    await store.close()
    await postgres.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

function start(command, args, env = process.env) {
  return spawn(command, args, { env, stdio: ['ignore', 'ignore', process.env.COLLAPSAR_LOAD_LOG === '1' ? 'inherit' : 'ignore'] })
}

async function until(holds) {
  const deadline = performance.now() + LIMIT_SECONDS * 1000
  while (!(await holds())) {
    ended.signal.throwIfAborted()
    if (performance.now() > deadline) throw new Error(`it took over ${LIMIT_SECONDS} s`)
    await delay(50)
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Fields 4 (parent) and 14 to 17 (time of the process, and of its children that ended) of proc(5). */
function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number)
  return { parent: fields[1], ticks: fields[11] + fields[12], withEnded: fields[11] + fields[12] + fields[13] + fields[14] }
}

function childrenOf(pid) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((child) => {
    try {
      return statOf(child).parent === pid
    } catch {
      return false
    }
  })
}

function postmaster(folder) {
  const file = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('postmaster.pid'))
  return Number(readFileSync(join(folder, file), 'utf8').split('\n')[0])
}

/** Processor seconds of each, a postmaster's with those of its servers. */
function cpuOf(processes) {
  const spent = Object.entries(processes).map(([name, pid]) => {
    if (pid === undefined) return [name, 0]
    const own = name === 'postgres' ? statOf(pid).withEnded + childrenOf(pid).reduce((sum, child) => sum + statOf(child).ticks, 0) : statOf(pid).ticks
    return [name, own / TICKS]
  })
  return Object.fromEntries(spent)
}

function report({ seconds, cpu }, bare) {
  const blocks = sweep.cells.reduce((sum, { inits }) => sum + blocksFor(inits), 0)
  const total = Object.values(cpu).reduce((sum, one) => sum + one, 0)
  const result = {
    sweep: kind,
    threads,
    blocks,
    seconds,
    bareSeconds: bare.seconds,
    wallRatio: seconds / bare.seconds,
    blocksPerSecond: blocks / seconds,
    cpuSeconds: total,
    bareCpuSeconds: bare.cpuSeconds,
    cpuRatio: total / bare.cpuSeconds,
    cpuMillisecondsPerBlock: Object.fromEntries(Object.entries(cpu).map(([name, spent]) => [name, (spent * 1000) / blocks])),
  }
  if (values.json) return console.log(JSON.stringify(result, null, 2))
  console.log(`${kind}, ${blocks} blocks, ${threads} threads`)
  console.log(`wall       ${seconds.toFixed(2)} s, bare engine ${bare.seconds.toFixed(2)} s, ratio ${result.wallRatio.toFixed(3)}; ${result.blocksPerSecond.toFixed(0)} blocks/s`)
  console.log(`processor  ${total.toFixed(2)} s, bare engine ${bare.cpuSeconds.toFixed(2)} s, ratio ${result.cpuRatio.toFixed(3)}`)
  for (const [name, spent] of Object.entries(result.cpuMillisecondsPerBlock)) console.log(`  ${name.padEnd(9)} ${spent.toFixed(3)} ms a block`)
}
