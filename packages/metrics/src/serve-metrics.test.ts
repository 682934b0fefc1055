import { expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'
import { serveMetrics } from './serve-metrics.ts'

it('answers with what was counted, and nothing else', async () => {
  const metrics = createMetrics()
  metrics.trials.inc({ outcome: 'born_dead', engine: 'cpu' }, 7)
  metrics.commitSeconds.observe(0.02)
  const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 })
  try {
    const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`)
    expect(answer.headers.get('content-type')).toContain('text/plain')
    const text = await answer.text()
    expect(text).toContain('collapsar_trials_total{outcome="born_dead",engine="cpu"} 7')
    expect(text).toContain('collapsar_commit_duration_seconds_bucket{le="0.03"} 1')
    expect(text).toContain('process_resident_memory_bytes')
    expect((await fetch(`http://127.0.0.1:${server.port}/elsewhere`)).status).toBe(404)
    const health = await fetch(`http://127.0.0.1:${server.port}/healthz`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
    expect((await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: 'POST' })).status).toBe(404)
    await expect(serveMetrics(metrics, { host: '127.0.0.1', port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  } finally {
    await server.close()
  }
})

it('keeps two processes in one apart', async () => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.blocks.inc({ result: 'recorded' })
  expect(await other.text()).not.toContain('collapsar_blocks_total{')
})
