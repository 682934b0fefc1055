// Writes the passwords that docker-compose.yml hands to its services into infra/docker/secrets. Files that exist stay as they are.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = process.argv[2] ?? fileURLToPath(new URL('secrets', import.meta.url))
/** The folder is closed; inside a container, where a file is mounted by itself, the service's own user reads it. */
mkdirSync(folder, { recursive: true, mode: 0o700 })

const owner = secret('postgres-password', () => randomBytes(24).toString('hex'))
const service = secret('service-password', () => randomBytes(24).toString('hex'))
const worker = secret('worker-password', () => randomBytes(24).toString('hex'))
const url = (role, password) => `postgresql://${role}:${password}@postgres:5432/collapsar`
secret('owner-database-url', () => url('collapsar', owner))
secret('service-database-url', () => url('collapsar_service', service))
secret('worker-database-url', () => url('collapsar_worker', worker))
process.stderr.write(`secrets are in ${folder}\n`)

function secret(name, create) {
  const path = join(folder, name)
  if (!existsSync(path)) writeFileSync(path, create(), { mode: 0o444, flag: 'wx' })
  return readFileSync(path, 'utf8')
}
