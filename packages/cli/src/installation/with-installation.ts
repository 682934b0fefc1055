import type { Invocation } from '../command.ts'
import { withBackends } from '../with-backends.ts'
import type { Installation } from './installation.ts'
import { localInstallation } from './local-installation.ts'
import { remoteInstallation } from './remote-installation.ts'

/** The server of COLLAPSAR_URL; without one the database of this machine, which is closed after. */
export async function withInstallation<T>(
  { configuration, log }: Pick<Invocation, 'configuration' | 'log'>,
  use: (installation: Installation) => Promise<T>,
): Promise<T> {
  if (configuration.server !== null) return use(await remoteInstallation(configuration.server))
  return withBackends({ configuration, log }, (backends) => use(localInstallation(backends, configuration.threads)))
}
