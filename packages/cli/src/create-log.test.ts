import { describe, expect, it } from 'vitest'
import { createLog } from './create-log.ts'

/** What is written, line by line, as the reader of the log sees it. */
function written(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = []
  write(createLog('trace', { write: (line) => void lines.push(line) }))
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow()
  return lines.join('')
}

const KEY = `clps_${'aZ09-_'.repeat(8)}x`

describe('the log', () => {
  it('hides API keys wherever they stand', () => {
    const text = written((log) => {
      log.info({ headers: { authorization: `Bearer ${KEY}` } }, 'by field')
      log.info({ request: { headers: { authorization: 'Basic c2VjcmV0' } } }, 'deeper')
      log.info({ url: `/v1/sweeps?key=${KEY}` }, `in the message ${KEY}`)
      log.error({ err: new Error(`in an error ${KEY}`, { cause: new Error(KEY) }) }, 'failed')
      log.child({ key: KEY }).warn('in a child')
    })
    expect(text).toContain('[redacted]')
    expect(text).not.toContain('clps_')
    expect(text).not.toContain('c2VjcmV0')
  })

  it('hides the passwords of addresses and leaves the rest of them', () => {
    const text = written((log) => {
      log.error({ err: new Error('connect postgresql://collapsar:hunter2@db.example:5432/collapsar failed') }, 'failed')
      log.info({ databaseUrl: 'postgresql://u:hunter2@h/d', queue: { redisUrl: 'rediss://:hunter2@h' } }, 'opened')
      log.info({ url: 'http://127.0.0.1:7070/docs', at: '12:30:00' }, 'serving')
    })
    expect(text).not.toContain('hunter2')
    expect(text).toContain('postgresql://collapsar:[redacted]@db.example:5432/collapsar')
    expect(text).toContain('http://127.0.0.1:7070/docs')
  })

  it('hides a line of a megabyte in linear time', () => {
    const started = performance.now()
    written((log) => log.info({ text: '://a:'.repeat(200_000) }, 'long'))
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
