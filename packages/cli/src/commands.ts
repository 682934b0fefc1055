import type { Command } from './command.ts'

/**
 * Every command, in the order of the overview. Each is loaded when it is called: a command that only reads should not
 * wait for the code of those that serve and train.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.ts')).run,
  plan: async () => (await import('./commands/plan.ts')).plan,
  submit: async () => (await import('./commands/submit.ts')).submit,
  watch: async () => (await import('./commands/watch.ts')).watch,
  surface: async () => (await import('./commands/surface.ts')).surface,
  figure: async () => (await import('./commands/figure.ts')).figure,
  contours: async () => (await import('./commands/contours.ts')).contours,
  'safe-width': async () => (await import('./commands/safe-width.ts')).safeWidth,
  'best-of': async () => (await import('./commands/best-of.ts')).bestOf,
  compare: async () => (await import('./commands/compare.ts')).compare,
  list: async () => (await import('./commands/list.ts')).list,
  cancel: async () => (await import('./commands/cancel.ts')).cancel,
  pause: async () => (await import('./commands/pause.ts')).pause,
  resume: async () => (await import('./commands/resume.ts')).resume,
  extend: async () => (await import('./commands/extend.ts')).extend,
  retry: async () => (await import('./commands/retry.ts')).retry,
  delete: async () => (await import('./commands/delete.ts')).deleteSweep,
  replay: async () => (await import('./commands/replay.ts')).replay,
  measurements: async () => (await import('./commands/measurements.ts')).measurements,
  reproduce: async () => (await import('./commands/reproduce.ts')).reproduce,
  measure: async () => (await import('./commands/measure.ts')).measure,
  train: async () => (await import('./commands/train.ts')).train,
  audits: async () => (await import('./commands/audits.ts')).audits,
  chunks: async () => (await import('./commands/chunks.ts')).chunks,
  verify: async () => (await import('./commands/verify.ts')).verify,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  keys: async () => (await import('./commands/keys.ts')).keys,
  migrate: async () => (await import('./commands/migrate.ts')).migrate,
  serve: async () => (await import('./commands/serve.ts')).serve,
  planner: async () => (await import('./commands/planner.ts')).planner,
  workers: async () => (await import('./commands/workers.ts')).workers,
  worker: async () => (await import('./commands/worker.ts')).worker,
}
