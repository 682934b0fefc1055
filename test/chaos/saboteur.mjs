// One process of the product - planner, worker or api - that breaks on demand. The product knows nothing of it: what its services
// are given (store, queue, engine) is wrapped here, and the driver's COMMIT is watched.
//
//   CRASH=point            SIGKILL of itself at the point, named method:where, as in record:before-commit
//   CRASH_NTH=n            ... when it is reached for the n-th time (default 1)
//   BLOCK_SECONDS=s        stops the event loop for so long at SIGUSR2
//   POISON=trial           the engine throws when it is asked for this trial of a cell
//   CRASHING=1             the engine is in a process of its own, as in the product, and ends it by SIGSEGV at trial 137 of a cell
//   LIE=1                  the engine flips the lowest bit of one final parameter of every 97th trial
//   ENGINE_VERSION=text    what the engine says its version is
import { AsyncLocalStorage } from 'node:async_hooks'
import { writeSync } from 'node:fs'
import { runPlanner } from '@collapsar/planner'
import { openBackends, startApi } from '@collapsar/standalone'
import { openEngine, runWorker, startTrainingProcess, trainHere } from '@collapsar/worker'
import pg from 'pg'
import { pino } from 'pino'

const { CRASH = '', CRASH_NTH = '1', BLOCK_SECONDS = '0', POISON, CRASHING, LIE, ENGINE_VERSION, LOCK_SECONDS, CHUNK_SECONDS, RECONCILE_SECONDS } = process.env
const [role] = process.argv.slice(2)

/** Name of the store's method that is at work: of a COMMIT, what is committed. */
const operation = new AsyncLocalStorage()
let remaining = Number(CRASH_NTH)

function reach(point) {
  if (point !== CRASH) return
  remaining -= 1
  if (remaining > 0) return
  writeSync(2, `${JSON.stringify({ msg: 'crash point reached', point })}\n`)
  process.kill(process.pid, 'SIGKILL')
  standStill(60)
}

function standStill(seconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000)
}

/** Every method of an interface is a point before and a point after. */
function breaking(target, also = {}) {
  return new Proxy(target, {
    get(object, name) {
      const method = also[name] ?? object[name]
      if (typeof method !== 'function') return method
      return (...args) =>
        operation.run(name, async () => {
          reach(`${String(name)}:before`)
          const result = await method.apply(object, args)
          reach(`${String(name)}:after`)
          return result
        })
    },
  })
}

const query = pg.Client.prototype.query
pg.Client.prototype.query = function (...args) {
  if (args[0] !== 'COMMIT') return query.apply(this, args)
  const point = String(operation.getStore())
  reach(`${point}:before-commit`)
  return query.apply(this, args).then((result) => {
    reach(`${point}:after-commit`)
    return result
  })
}

function breakingQueue(queue) {
  const consume = (engine, handle, options) =>
    queue.consume(
      engine,
      async (chunk, signal) => {
        reach('deliver:before')
        await handle(chunk, signal)
        // From here on the queue is told that the chunk is finished.
        reach('deliver:after')
      },
      options,
    )
  return breaking(queue, { consume })
}

function breakingEngine(engine) {
  return {
    ...engine,
    version: ENGINE_VERSION ?? engine.version,
    async train(batch, signal, onProgress) {
      reach('train:before')
      if (POISON !== undefined && batch.trials.includes(Number(POISON))) throw new Error(`trial ${POISON} is poison`)
      const trained = await engine.train(batch, signal, onProgress)
      reach('train:after')
      if (LIE !== undefined) flip(batch.trials, trained.parameters)
      return trained
    },
  }
}

/** As a faulty memory would, below the measuring and below the audit; 97 is prime to 100: nearly every block has one such trial. */
function flip(trials, parameters) {
  const bits = new Uint32Array(parameters.buffer, parameters.byteOffset, parameters.length)
  for (const [row, trial] of trials.entries()) if (trial % 97 === 5) bits[(row * bits.length) / trials.length] ^= 1
}

/** Its own process, which `test/support/crashing-training.mjs` makes crash; elsewhere the engine of this process, which is wrapped. */
function crashingTraining() {
  const onDeath = (how, chunks) => log.error({ how, chunks }, 'training process died')
  const program = new URL('../support/crashing-training.mjs', import.meta.url)
  return startTrainingProcess({ engine: 'cpu', threads: 1, program, onDeath })
}

const log = pino({ name: 'saboteur', level: 'debug' }, pino.destination({ dest: 2, sync: true }))
const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env
const backends = await openBackends({ databaseUrl, redisUrl, allowEviction: false, dataDir: '' }, log)
const store = breaking(backends.store)

process.on('SIGUSR2', () => {
  log.info('event loop blocked')
  standStill(Number(BLOCK_SECONDS))
})

const start = {
  api: () => startApi({ ...backends, store }, { host: '127.0.0.1', port: 0 }, log).then(({ url }) => log.info({ url }, 'serving')),
  planner: async () => {
    const settings = { sweeps: 'lead', chunkSeconds: Number(CHUNK_SECONDS), reconcileSeconds: Number(RECONCILE_SECONDS) }
    runPlanner({ store, queue: breakingQueue(await backends.queue()), log }, settings)
  },
  worker: async () => {
    const here = async () => trainHere(breakingEngine(await openEngine({ engine: 'cpu', threads: 1 })))
    const options = { id: `saboteur-${process.pid}`, engine: 'cpu', threads: 1, lockSeconds: Number(LOCK_SECONDS) }
    const training = CRASHING === undefined ? await here() : await crashingTraining()
    await runWorker({ store, queue: breakingQueue(await backends.queue()), training, log }, options)
  },
}
await start[role]()
