import type { ChosenBackend, Importer, TfjsBackendName } from './backend.ts'
import { chooseBackend } from './backend.ts'

/** TensorFlow.js has one backend at a time for all of a process, so that this is known for all of it, too. */
const shared = {
  chosen: null as Promise<ChosenBackend> | null,
  engines: 0,
}

/**
 * The backend for one more engine: that of the engines there are, else one that is chosen. To be released by `releaseBackend`.
 * @throws BackendUnavailableError as `chooseBackend`; Error where another backend is in use
 */
export async function claimBackend(wanted?: TfjsBackendName, importer?: Importer): Promise<ChosenBackend> {
  shared.engines += 1
  try {
    shared.chosen ??= chooseBackend(wanted, importer)
    const chosen = await shared.chosen
    const { name } = chosen.backend
    if (wanted !== undefined && wanted !== name) {
      throw new Error(`TensorFlow.js has one backend at a time in a process: ${wanted} can be had when the engines that compute with ${name} have been closed.`)
    }
    return chosen
  } catch (error) {
    releaseBackend()
    throw error
  }
}

export function releaseBackend(): void {
  shared.engines -= 1
  if (shared.engines === 0) shared.chosen = null
}
