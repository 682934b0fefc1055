// Serves a database in a process of its own, so that its memory is that of the service alone. Prints its address, then, for every line
// that comes, its peak of resident memory in KiB so far.
import { createInterface } from 'node:readline'
import { buildApi, serveApi } from '@collapsar/api'
import { openStore } from '@collapsar/store'
import { pino } from 'pino'

const store = await openStore({ databaseUrl: process.argv[2] })
const app = buildApi({ store, log: pino({ level: 'silent' }) })
console.log(await serveApi({ app, host: '127.0.0.1', port: 0 }))
for await (const _ of createInterface({ input: process.stdin })) console.log(process.resourceUsage().maxRSS)
await app.close()
await store.close()
