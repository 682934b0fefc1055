import { defineConfig } from 'prisma/config'

/**
 * For Prisma's own command line only; the program migrates by itself (packages/store/src/migrate.ts).
 * `generate` needs no database, so an absent DATABASE_URL is not an error here.
 */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://localhost/collapsar' },
})
