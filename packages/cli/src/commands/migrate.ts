import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { withBackends } from '../with-backends.ts'

/** Brings the database up to date; every command does, but only a role that may create tables can. */
export const migrate: Command = {
  name: 'migrate',
  summary: 'bring the database up to date, as a role that may create tables (DATABASE_URL; embedded without)',
  positionals: [],
  options: {},
  run: ({ configuration, terminal, log }) =>
    withBackends({ configuration, log }, async (backends) => {
      await backends.store.ping()
      terminal.message('the database is up to date')
      return EXIT.ok
    }),
}
