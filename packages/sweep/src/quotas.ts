import { CollapsarError } from './errors.ts'

/** What the owner of a sweep may ask for; null: no limit but those that hold for everybody. */
export interface Quotas {
  /** Cells of one sweep. */
  readonly maxCells: number | null
  /** Trials of one sweep over all its cells, those that further rounds may ask for included. */
  readonly maxTrials: number | null
  /** Device-seconds that the plan of one sweep expects; what is reused costs none. */
  readonly maxDeviceSeconds: number | null
  /** Sweeps that are active or paused at a time. */
  readonly maxActiveSweeps: number | null
  /** Requests to one API process; null: the default of the service. */
  readonly requestsPerMinute: number | null
}

export const NO_QUOTAS: Quotas = {
  maxCells: null,
  maxTrials: null,
  maxDeviceSeconds: null,
  maxActiveSweeps: null,
  requestsPerMinute: null,
}

/** What a sweep file asks for, counted before any of it is laid out. */
export interface SweepSize {
  readonly cells: bigint
  /** With `until`, as many as its rounds may ask for in the end. */
  readonly trials: bigint
}

/** @throws CollapsarError `quota` naming what was asked for and the limit */
export function requireSize({ cells, trials }: SweepSize, { maxCells, maxTrials }: Quotas): void {
  if (maxCells !== null && cells > BigInt(maxCells)) throw overQuota(`The sweep has ${cells} cells`, `up to ${maxCells} cells`)
  if (maxTrials !== null && trials > BigInt(maxTrials)) throw overQuota(`The sweep asks for up to ${trials} trials`, `up to ${maxTrials} trials`)
}

/**
 * @param deviceSeconds what the plan expects (p50)
 * @throws CollapsarError `quota`
 */
export function requireDeviceTime(deviceSeconds: number, { maxDeviceSeconds }: Quotas): void {
  if (maxDeviceSeconds === null || deviceSeconds <= maxDeviceSeconds) return
  throw overQuota(`The sweep would take about ${Math.ceil(deviceSeconds)} device-seconds`, `up to ${maxDeviceSeconds} device-seconds`)
}

/** @param received a clause; @param accepted what the quota allows */
export function overQuota(received: string, accepted: string): CollapsarError {
  return new CollapsarError('quota', `${received}; the quota of this API key allows ${accepted}.`)
}
