import type { EngineChoice, openEngine as open, TrainingEngine } from '@collapsar/worker'

/**
 * An engine in this process, for single trials. Work that is worth recording belongs into a process of its own (`startWorker`).
 * @throws CollapsarError `engine-unavailable`
 */
export async function openEngine(choice: EngineChoice): ReturnType<typeof open> {
  const worker = await import('@collapsar/worker')
  return worker.openEngine(choice)
}

/**
 * Opens an engine as a worker would, in a process of its own, and closes it again: what it is and which device it has.
 * @throws CollapsarError `engine-unavailable`
 */
export async function findEngine(choice: EngineChoice): Promise<TrainingEngine> {
  const { startTrainingProcess } = await import('@collapsar/worker')
  const training = await startTrainingProcess({ ...choice, quiet: true })
  await training.close()
  return training.engine
}
