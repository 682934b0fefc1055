import type { Command } from './command.ts'
import { cancel } from './commands/cancel.ts'
import { doctor } from './commands/doctor.ts'
import { list } from './commands/list.ts'
import { measure } from './commands/measure.ts'
import { plan } from './commands/plan.ts'
import { planner } from './commands/planner.ts'
import { replay } from './commands/replay.ts'
import { retry } from './commands/retry.ts'
import { run } from './commands/run.ts'
import { serve } from './commands/serve.ts'
import { surface } from './commands/surface.ts'
import { train } from './commands/train.ts'
import { verify } from './commands/verify.ts'
import { worker } from './commands/worker.ts'

/** Every command, in the order of the overview. */
export const COMMANDS: readonly Command[] = [
  run,
  plan,
  surface,
  list,
  cancel,
  retry,
  replay,
  measure,
  train,
  verify,
  doctor,
  serve,
  planner,
  worker,
]
