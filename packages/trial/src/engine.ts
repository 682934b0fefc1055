import type { InitialLaw, TrainedBatch, TrialBatch } from './batch.ts'
import type { Parameters } from './network.ts'
import type { Numerics } from './trial.ts'

/**
 * Trains batches of independent networks, from given initial parameters or from their law; nothing else.
 *
 * Every engine promises, and `conformance.ts` checks:
 * - trial k of a batch equals the same trial alone, to the bit for `ieee-*`;
 * - initial parameters that it draws by their law are those of `drawInitial`, to the bit;
 * - randomness during training comes from the trial's own stream (NUMERICS.md, 1);
 * - the event loop is never blocked for over 50 ms (a blocked loop loses the queue's lock);
 * - `train` rejects with the signal's reason within a second of `abort`, and leaves nothing running;
 * - a network that diverges is a result, not an error;
 * - concurrent calls of `train` are allowed; `close` waits for none of them and aborts all.
 */
export interface Engine {
  readonly id: string
  /** Changes whenever a bit of the output can change; stored with every block, outside every digest. */
  readonly version: string
  readonly numerics: readonly Numerics[]
  /** The device and driver it runs on, told apart from others of the machine; absent: its processor. */
  readonly device?: string
  /** `true`, or the reason why this engine cannot train such a batch. */
  supports(batch: Omit<TrialBatch, 'initial' | 'trials'>): true | string
  /** @param onProgress called with the fraction done, in [0, 1], at most a few times a second. */
  train(
    batch: TrialBatch<Parameters | InitialLaw>,
    signal: AbortSignal,
    onProgress?: (fraction: number) => void,
  ): Promise<TrainedBatch>
  close(): Promise<void>
}

/** The engine can train nothing more in this process: its device or driver has gone. A new process may find it again. */
export class EngineLostError extends Error {
  override readonly name: string = 'EngineLostError'
}
