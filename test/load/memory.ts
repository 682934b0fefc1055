import { readFileSync } from 'node:fs'
import type { Service } from '../support/service.ts'

/** Resident memory of a process and of those it started, in MiB; 0 when it is gone. */
export function residentMiB({ child }: Service): number {
  return child.pid === undefined ? 0 : residentKiB(child.pid) / 1024
}

/** The most that the process itself ever had resident, in MiB; 0 when it is gone. */
export function peakMiB({ child }: Service): number {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

function residentKiB(pid: number): number {
  try {
    const own = Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((id) => id !== '')
    return children.reduce((sum, id) => sum + residentKiB(Number(id)), own)
  } catch {
    return 0
  }
}
