import type { Chunk } from '@collapsar/sweep'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { redisAvailable, startRedis } from '../../../test/support/redis.ts'
import { createChunkQueue } from './create-chunk-queue.ts'

describe('createChunkQueue', () => {
  it.each([
    ['Redis', { redisUrl: 'redis://me:secret@127.0.0.1:1' }],
    ['Postgres', { databaseUrl: 'postgres://me:secret@127.0.0.1:1/none' }],
  ])('names the address of a %s that does not answer, and keeps the secret', async (server, location) => {
    await expect(createChunkQueue(location)).rejects.toMatchObject({
      code: 'queue-unavailable',
      message: `The queue in ${server} at 127.0.0.1:1 cannot be used: connect ECONNREFUSED 127.0.0.1:1`,
    })
  })
})

describe.runIf(redisAvailable())('createChunkQueue on Redis', () => {
  it('says that the password is wrong or missing', async () => {
    const redis = await startRedis(['--requirepass', 'right'])
    const at = `127.0.0.1:${redis.port}`
    await expect(createChunkQueue({ redisUrl: `redis://:secret@${at}` })).rejects.toMatchObject({
      code: 'queue-unavailable',
      message: expect.stringMatching(new RegExp(`^The queue in Redis at ${at} cannot be used: WRONGPASS (?!.*secret)`)),
    })
    await expect(createChunkQueue({ redisUrl: `redis://${at}` })).rejects.toMatchObject({
      code: 'queue-unavailable',
      message: expect.stringMatching(new RegExp(`^The queue in Redis at ${at} cannot be used: NOAUTH `)),
    })
    const queue = await createChunkQueue({ redisUrl: `redis://:right@${at}` })
    await queue.ping()
    await queue.close()
    await redis.close()
  })

  it('refuses a Redis that evicts keys, unless that is allowed', async () => {
    const redis = await startRedis(['--maxmemory-policy', 'allkeys-lru'])
    await expect(createChunkQueue({ redisUrl: redis.url })).rejects.toMatchObject({
      code: 'queue-unavailable',
      message: expect.stringContaining('has maxmemory-policy allkeys-lru; accepted: noeviction'),
    })
    const queue = await createChunkQueue({ redisUrl: redis.url }, { allowEviction: true })
    await queue.ping()
    await queue.close()
    await redis.close()
  })

  it('says when Redis does not tell whether it evicts, and goes on only if that is allowed', async () => {
    const redis = await startRedis(['--user', 'default', 'on', 'nopass', '~*', '&*', '+@all', '-config'])
    await expect(createChunkQueue({ redisUrl: redis.url })).rejects.toMatchObject({
      code: 'queue-unavailable',
      message: expect.stringContaining('does not tell its maxmemory-policy'),
    })
    const queue = await createChunkQueue({ redisUrl: redis.url }, { allowEviction: true })
    await queue.ping()
    await queue.close()
    await redis.close()
  })

  it('keeps installations with different prefixes apart, and a chunk below 300 bytes', async () => {
    const redis = await startRedis()
    const one = await createChunkQueue({ redisUrl: redis.url }, { prefix: '{one}' })
    const two = await createChunkQueue({ redisUrl: redis.url }, { prefix: '{two}' })
    const chunk: Chunk = { id: 'c-1', cell: `c1_${'0123456789abcdef'.repeat(4)}`, engine: 'cpu', firstBlock: 10, blocks: 10 }
    await one.enqueue([chunk])
    expect(await two.depth('cpu')).toEqual({ waiting: 0, active: 0 })
    const client = new Redis(redis.url)
    const data = await client.hget(`{one}:chunks-cpu:${chunk.id}`, 'data')
    expect(JSON.parse(data!)).toEqual(chunk)
    expect(Buffer.byteLength(data!)).toBeLessThan(300)
    client.disconnect()
    await Promise.all([one.close(), two.close()])
    await redis.close()
  })
})
