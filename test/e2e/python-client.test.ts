import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../support/server.ts'
import type { ServerProcess } from '../support/server.ts'

const CLIENT = fileURLToPath(new URL('../../clients/python', import.meta.url))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs Python in the client's folder; leaves no bytecode there. */
function python(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const options = { cwd: CLIENT, timeout: 110_000, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env } }
  return new Promise((resolve) => {
    execFile('python3', args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr })
    })
  })
}

const found = await python(['-c', 'import sys; sys.exit(0 if sys.version_info >= (3, 9) else 9)'])
const isRequired = process.env['COLLAPSAR_TEST_REQUIRE_ALL'] === '1'

it.runIf(found.code !== 0)('needs Python 3.9 or later: the tests of the Python client are skipped without it', () => {
  expect(isRequired, found.stderr).toBe(false)
})

describe.runIf(found.code === 0)('the Python client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-python-'))
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServer(join(folder, 'data'))
  })
  afterAll(async () => {
    await server.end()
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })

  /** What a program prints as JSON, with a client of this server. */
  const result = async (program: string): Promise<unknown> => {
    const ended = await python(['-W', 'error', '-c', `import collapsar, json\nserver = collapsar.Client()\n${program}`], { COLLAPSAR_URL: server.url })
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' })
    return JSON.parse(ended.stdout)
  }

  it('passes its own tests', async () => {
    const ended = await python(['-W', 'error', '-m', 'unittest'])
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: expect.stringMatching(/Ran \d{2} tests/) })
  })

  it('submits once, follows to the end and reads the map', async () => {
    const answer = (await result(`
file = {"name": "from python", "grid": {"depth": [2, 4], "width": 3}, "inits": 200, "training": {"steps": 50}}
plan = server.plan(file, explain=True)
first = server.submit(file, idempotency_key="one", plan_hash=plan["planHash"])
again = server.submit(file, idempotency_key="one")
events = list(server.watch(first["id"]))
surface = server.surface(first["id"])
import csv, urllib.request
with urllib.request.urlopen(server.surface_url(first["id"])) as response:
    rows = list(csv.DictReader(response.read().decode().splitlines()))
print(json.dumps({
    "plan": [plan["trials"], len(plan["explain"])], "same": first == again, "types": [event["type"] for event in events],
    "last": events[-1]["data"], "cells": surface["cells"], "rows": rows, "left": list(server.watch(first["id"], last_event_id=events[-1]["id"])),
    "listed": [sweep["id"] for sweep in server.sweeps(limit=1)] == [first["id"]], "retried": server.retry(first["id"])["blocks"],
}))`)) as {
      types: string[]
      cells: { cell: string; trials: number; collapse: { estimate: number } }[]
      rows: Record<string, string>[]
    }
    expect(answer).toMatchObject({
      plan: [{ requested: 400, reused: 0, toRun: 400 }, 2],
      same: true,
      last: { sweep: { state: 'done', name: 'from python' }, progress: { trials: { requested: 400, counted: 400, gaps: 0 } } },
      left: [],
      listed: true,
      retried: 0,
    })
    expect([answer.types[0], answer.types.at(-1)]).toEqual(['snapshot', 'done'])
    expect(answer.rows.map(({ cell, counted_trials: counted }) => [cell, Number(counted)])).toEqual(answer.cells.map(({ cell, trials }) => [cell, trials]))
  })

  it('raises what the server refuses, with every problem', async () => {
    const answer = await result(`
def refusal(call):
    try:
        call()
    except collapsar.CollapsarError as error:
        return [type(error).__name__, error.code, error.status, [problem["pointer"] for problem in error.problems]]
sweep = {"grid": {"depth": 2, "width": 2}, "inits": 100, "training": {"steps": 0}}
done = server.submit(sweep)["id"]
list(server.watch(done))
server.submit(sweep, idempotency_key="k")
print(json.dumps([
    refusal(lambda: server.sweep("none")),
    refusal(lambda: server.submit({"grid": {"depth": 1, "width": 2}, "inits": -1})),
    refusal(lambda: server.cancel(done)),
    refusal(lambda: server.submit({**sweep, "inits": 200}, idempotency_key="k")),
    refusal(lambda: server.submit(sweep, plan_hash="0" * 64)),
    refusal(lambda: next(server.watch("none"))),
]))`)
    expect(answer).toEqual([
      ['NotFoundError', 'not-found', 404, []],
      ['InvalidError', 'invalid-spec', 422, ['/grid/depth', '/inits']],
      ['ConflictError', 'conflict', 409, []],
      ['ConflictError', 'idempotency-mismatch', 422, []],
      ['ConflictError', 'conflict', 409, ['/query/planHash']],
      ['NotFoundError', 'not-found', 404, []],
    ])
  })

  it('holds, goes on, extends, labels and forgets', async () => {
    const answer = await result(`
id = server.submit({"grid": {"depth": 6, "width": 6}, "inits": 100000, "seed": 9, "tags": ["a"]}, tags=["b", "a"], priority=2)["id"]
states = [server.pause(id)["state"], server.extend(id, inits=200000)["extension"]["inits"], server.resume(id)["state"]]
labelled = server.label(id, tags=["c"])
kept = [labelled["tags"], labelled["priority"]]
states.append(server.cancel(id)["state"])
server.delete(id)
print(json.dumps([states, kept, [sweep["id"] for sweep in server.sweeps() if sweep["id"] == id]]))`)
    expect(answer).toEqual([['paused', 200_000, 'active', 'cancelled'], [['c'], 2], []])
  })

  it('works from a shell', async () => {
    const file = join(folder, 'sweep.json')
    writeFileSync(file, '{"name": "shell", "grid": {"depth": 2, "width": [2, 3]}, "inits": 100, "training": {"steps": 0}}')
    const run = (...args: string[]) => python(['collapsar.py', ...args], { COLLAPSAR_URL: server.url })
    const id = (await run('submit', file)).stdout.trim()
    expect(await run('watch', id)).toMatchObject({ code: 0, stdout: expect.stringMatching(/200 of 200 trials, done\n$/) })
    expect(JSON.parse((await run('surface', id)).stdout)).toMatchObject({ sweep: { id, trials: 200 } })
    expect((await run('list')).stdout).toContain(id)
    expect(await run('cancel', 'none')).toMatchObject({ code: 1, stderr: 'collapsar: There is no sweep "none".\n' })
  })
})
