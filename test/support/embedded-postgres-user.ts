import { openEmbeddedPostgres } from '../../packages/store/src/embedded-postgres.ts'

const dataDir = process.argv[2] ?? ''

/** A process that uses the server of a folder, for tests: prints the url, and closes on end-of-file of its input. */
try {
  const server = await openEmbeddedPostgres({ dataDir })
  console.log(JSON.stringify({ url: server.url }))
  process.stdin.resume().once('end', () => void server.close().then(() => process.exit(0)))
} catch (error) {
  const { code, message } = error as { code: string; message: string }
  console.log(JSON.stringify({ code, message }))
  process.exit(1)
}
