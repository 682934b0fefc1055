import type { Float, Word } from './kernel.ts'
import type { ArrayOf, KernelBuilder } from './kernel-builder.ts'

/** Numbers of one network that its threads share, wherever they are. */
export interface Region {
  load(index: Word, offset?: number): Float
  store(index: Word, value: Float, offset?: number): void
}

/** Floats of one network in the memory of the device, `at` the first of them. */
interface Memory {
  readonly array: ArrayOf<'float'>
  readonly at: Word
}

interface Wanted<Name extends string> {
  readonly name: Name
  readonly length: number
}

/** Where each region lies: in shared memory, or from which float on in the memory of the device. */
export interface RegionPlan<Name extends string> {
  readonly places: readonly (Wanted<Name> & { readonly first: number | 'shared' })[]
  /** Floats in the memory of the device. */
  readonly floats: number
}

/** Gives out the fast memory that a workgroup shares, in the order of what is wanted, while it lasts; the rest comes behind `kept` floats of the device's. */
export function planRegions<Name extends string>(
  wanted: readonly Wanted<Name>[],
  { floatBytes, kept, sharedBytes }: { readonly floatBytes: number; readonly kept: number; readonly sharedBytes: number },
): RegionPlan<Name> {
  let [left, floats] = [sharedBytes, kept]
  const places = wanted.map((region) => {
    const bytes = Math.ceil((region.length * floatBytes) / 16) * 16
    if (bytes <= left) {
      left -= bytes
      return { ...region, first: 'shared' as const }
    }
    floats += region.length
    return { ...region, first: floats - region.length }
  })
  return { places, floats }
}

export function placeRegions<Name extends string>(k: KernelBuilder, { places }: RegionPlan<Name>, memory: Memory): Readonly<Record<Name, Region>> {
  const regions = places.map(({ first, length, name }) => [name, first === 'shared' ? inArray(k, k.sharedArray(name, 'float', length), null, 0) : inMemory(k, memory, first)])
  return Object.fromEntries(regions) as Record<Name, Region>
}

/** Numbers of the device's memory. */
export function inMemory(k: KernelBuilder, { array, at }: Memory, first = 0): Region {
  return inArray(k, array, at, first)
}

function inArray(k: KernelBuilder, array: ArrayOf<'float'>, start: Word | null, first: number): Region {
  const place = (index: Word) => (start === null ? index : k.addWords(start, index))
  return {
    load: (index, offset = 0) => k.load(array, place(index), first + offset),
    store: (index, value, offset = 0) => {
      k.store(array, place(index), value, first + offset)
    },
  }
}
