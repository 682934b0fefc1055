import type { Flag, Word } from './kernel.ts'
import type { ParameterStore } from './parameter-store.ts'
import type { KernelCheck, SlotNetwork } from './training-course.ts'

/** A network that a workgroup trains, and whose parameters its store keeps. */
export abstract class StoredNetwork implements SlotNetwork {
  abstract readonly canDie: boolean
  abstract readonly slotFloats: number
  protected abstract readonly store: ParameterStore

  abstract check(): KernelCheck
  abstract update(row: Word, step: Word): void

  resume(): void {
    this.store.resume()
  }

  remember(): void {
    this.store.remember()
  }

  begin(row: Word): void {
    this.store.begin(row)
  }

  finish(row: Word): void {
    this.store.finish(row)
  }

  isFinite(): Flag {
    return this.store.isFinite()
  }
}
