import { execFileSync } from 'node:child_process'
import { BLOCK_TRIALS, cellId } from '@collapsar/sweep'
import type { ChunkWork } from '@collapsar/sweep'
import { createReferenceEngine } from '@collapsar/trial'
import { openEngine, startTrainingProcess, trainHere } from '@collapsar/worker'
import type { Training } from '@collapsar/worker'
import { afterEach, describe, expect, it } from 'vitest'
import { trialSpec } from '../support/blocks.ts'

const CRASHING = new URL('../support/crashing-training.mjs', import.meta.url)

/** Minibatches, so that streams matter. */
const spec = { ...trialSpec(3, 4, 4), training: { ...trialSpec(3).training, batch: 16, steps: 64 } }

function work(firstBlock: number, blocks = 1): ChunkWork {
  return { chunk: { id: `c${firstBlock}`, cell: cellId(spec), engine: 'cpu', firstBlock, blocks }, spec, sets: [] }
}

/** The block of this trial. */
const blockOf = (trial: number) => Math.floor(trial / BLOCK_TRIALS)

const never = new AbortController().signal
const open: Training[] = []
afterEach(async () => {
  for (const training of open.splice(0)) await training.close()
})

async function start(program?: URL): Promise<{ training: Training; deaths: [string, number][] }> {
  const deaths: [string, number][] = []
  const training = await startTrainingProcess({
    engine: 'cpu',
    threads: 1,
    onDeath: (how, chunks) => deaths.push([how, chunks]),
    ...(program !== undefined && { program }),
  })
  open.push(training)
  return { training, deaths }
}

/** Process numbers of this process' own training processes. */
function trainingProcesses(): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => /training(-child)?\.m?js/.test(line)).map((line) => Number.parseInt(line, 10))
}

describe('training in a process of its own', () => {
  it('gives the bytes of training in this process, two chunks at once', async () => {
    const engine = await openEngine({ engine: 'cpu', threads: 1 })
    const here = trainHere(engine)
    const { training } = await start()
    expect(training.engine).toEqual(here.engine)
    const [apart, expected] = await Promise.all([
      Promise.all([training.train(work(0, 2), never), training.train(work(2), never)]),
      Promise.all([here.train(work(0, 2), never), here.train(work(2), never)]),
    ])
    for (const [index, { blocks, measurements, contradictions }] of apart.entries()) {
      expect(blocks).toEqual(expected[index]!.blocks)
      expect([measurements, contradictions]).toEqual([[], []])
    }
    expect(new Set(apart.flatMap(({ blocks }) => blocks.map(({ digest }) => Buffer.from(digest).toString('hex')))).size).toBe(3)
    await here.close()
    await engine.close()
  })

  it('blames the chunk that was alone when the process died, and goes on', async () => {
    const { training, deaths } = await start(CRASHING)
    await expect(training.train(work(blockOf(137)), never)).rejects.toThrow('the training process ended by SIGSEGV')
    expect((await training.train(work(0), never)).blocks).toHaveLength(1)
    expect(deaths).toEqual([['by SIGSEGV', 1]])
  })

  it('blames no chunk for what another did: those in hand are trained again one by one', async () => {
    const { training, deaths } = await start(CRASHING)
    const both = await Promise.allSettled([training.train(work(0, 1), never), training.train(work(blockOf(137)), never)])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(deaths).toEqual([['by SIGSEGV', 2], ['by SIGSEGV', 1]])
  })

  it('blames nobody when the process died by itself with two chunks in hand', async () => {
    const { training, deaths } = await start()
    const both = [training.train(work(0, 20), never), training.train(work(20, 20), never)]
    process.kill(trainingProcesses()[0]!, 'SIGKILL')
    expect((await Promise.all(both)).map(({ blocks }) => blocks.length)).toEqual([20, 20])
    expect(deaths).toEqual([['by SIGKILL', 2]])
  })

  it('starts again for the next chunk when the process died with nothing in hand', async () => {
    const { training, deaths } = await start()
    process.kill(trainingProcesses()[0]!, 'SIGKILL')
    await expect.poll(() => deaths).toEqual([['by SIGKILL', 0]])
    expect((await training.train(work(0), never)).blocks).toHaveLength(1)
  })

  it('tells a chunk that threw from one that crashed: the process lives', async () => {
    const { training, deaths } = await start(CRASHING)
    await expect(training.train(work(blockOf(2037)), never)).rejects.toThrow('trial 2037 is poison')
    expect(deaths).toEqual([])
  })

  it('starts again when its device is lost, and says why the chunk failed', async () => {
    const { training, deaths } = await start(CRASHING)
    await expect(training.train(work(blockOf(4037)), never)).rejects.toThrow('the training process ended because the card fell off the bus')
    expect(deaths).toEqual([['because the card fell off the bus', 1]])
    expect((await training.train(work(0), never)).blocks).toHaveLength(1)
  })

  it('replays a trial as this process does', async () => {
    const { training } = await start()
    const here = trainHere(createReferenceEngine())
    const order = { cell: 'c', spec: work(0).spec, trial: 42, recorded: null }
    const [apart, expected] = [await training.replay(order, never), await here.replay(order, never)]
    expect(apart).toMatchObject({ engine: expect.stringMatching(/^cpu /) as string, recorded: { found: false, equal: null } })
    expect({ ...apart, engine: expected.engine }).toEqual(expected)
    await here.close()
  })

  it('gives up a chunk that is aborted at once, and trains the next one in the same process', async () => {
    const { training, deaths } = await start(CRASHING)
    const abort = new AbortController()
    const endless = training.train(work(blockOf(3037)), abort.signal)
    abort.abort(new Error('cancelled'))
    await expect(endless).rejects.toThrow('cancelled')
    expect((await training.train(work(0), never)).blocks).toHaveLength(1)
    expect(deaths).toEqual([])
  })

  it('leaves no process behind when it is closed, and trains no more', async () => {
    const { training, deaths } = await start()
    expect(trainingProcesses()).toHaveLength(1)
    await training.close()
    expect(trainingProcesses()).toEqual([])
    expect(deaths).toEqual([])
    await expect(training.train(work(0), never)).rejects.toMatchObject({ code: 'engine-unavailable' })
  })

  it('says why when there is no such engine', async () => {
    await expect(startTrainingProcess({ engine: 'cuda', threads: 1 })).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('The driver of an NVIDIA processor is not installed here') as string,
    })
  })
})
