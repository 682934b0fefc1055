import type { NormalizationKind } from '@collapsar/trial'
import { at } from './affine.ts'
import type { Flag, Float, Word } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'
import type { Region } from './region.ts'
import { sumOverTiles } from './tiles.ts'
import type { Workgroup } from './workgroup.ts'

const EPSILON = 1e-5

/** The numbers of a normalized hidden layer. */
export interface NormalizedSlab {
  /** Affine values, in whose place their normalized values x come: [sample][unit] from `from` on. */
  readonly affine: Region
  readonly from: Word
  /** Derivatives with respect to u = gamma x + beta, in whose place those with respect to z come. */
  readonly deltas: Region
  readonly deltasFrom: Word
  /** 1 / sqrt(var + eps): of a sample (layer normalization) or of a unit (batch normalization), from `rootsFrom` on. */
  readonly roots: Region
  readonly rootsFrom: Word
  /** Scales [unit], behind them the shifts [unit], in the parameters and in the gradient. */
  readonly gamma: Word
}

export interface NormalizationOptions {
  readonly kind: NormalizationKind
  readonly workgroup: Workgroup
  /** Units of a hidden layer. */
  readonly width: number
  /** Samples of a tile. */
  readonly tile: number
  readonly parameters: Region
  readonly gradient: Region
}

/** Normalized hidden layers (NUMERICS.md, 3 and 4), in instructions. */
export class Normalization {
  readonly #k: KernelBuilder
  readonly #options: NormalizationOptions

  constructor(k: KernelBuilder, options: NormalizationOptions) {
    this.#k = k
    this.#options = options
  }

  /** x in the place of z. All threads have their z written; all have x after it. */
  normalize(slab: NormalizedSlab, count: Word): void {
    if (this.#options.kind === 'layer') this.#normalizeSamples(slab, count)
    else this.#normalizeUnits(slab, count)
    this.#k.barrier()
  }

  /** u = gamma x + beta. */
  scaled(slab: NormalizedSlab, unit: Word, x: Float): Float {
    return this.#k.fma(this.#gamma(slab, unit), x, this.#options.parameters.load(this.#k.addWords(slab.gamma, unit), this.#options.width))
  }

  /** Takes the gradients of scales and shifts, and makes of the derivatives du those of z. @param isFirst whether nothing is to be added to */
  differentiate(slab: NormalizedSlab, count: Word, isFirst: Flag): void {
    const k = this.#k
    const { gradient, kind, tile, width, workgroup } = this.#options
    workgroup.share(width, (unit) => {
      const sums = (rounded: (x: Float) => Float) => {
        const [shift, scale] = sumOverTiles(k, { count, sums: 2, tile, rounded }, (sample, [b, a]) => {
          const du = this.#delta(slab, sample, unit)
          if (b !== undefined) k.set(b, k.add(b.value, du))
          if (a !== undefined) k.set(a, k.fma(du, this.#x(slab, sample, unit), a.value))
        })
        return [at([shift], 0).value, at([scale], 0).value] as const
      }
      const [ofShift, ofScale] = sums((x) => x)
      // A gradient is stored after every tile; the means of a batch normalization are of sums that are not.
      const [storedShift, storedScale] = kind === 'batch' && k.storedFormat !== null ? sums((x) => k.stored(x)) : [ofShift, ofScale]
      this.#add(gradient, { place: k.addWords(slab.gamma, unit), value: storedScale, isFirst })
      this.#add(gradient, { place: k.addWords(slab.gamma, k.addWords(unit, k.word(width))), value: storedShift, isFirst })
      if (kind === 'batch') this.#differentiateUnit(slab, { count, unit, shift: ofShift, scale: ofScale })
    })
    k.barrier()
    if (kind === 'batch') return
    workgroup.share(count, (sample) => {
      this.#differentiateSample(slab, sample)
    })
    k.barrier()
  }

  #add(gradient: Region, { isFirst, place, value }: { readonly place: Word; readonly value: Float; readonly isFirst: Flag }): void {
    const k = this.#k
    gradient.store(place, k.stored(k.select(isFirst, value, k.add(gradient.load(place), value))))
  }

  #normalizeSamples(slab: NormalizedSlab, count: Word): void {
    const k = this.#k
    this.#options.workgroup.share(count, (sample) => {
      const mean = this.#meanOverUnits((unit, sum) => k.add(sum, this.#x(slab, sample, unit)))
      const variance = this.#meanOverUnits((unit, sum) => {
        const deviation = k.subtract(this.#x(slab, sample, unit), mean)
        return k.fma(deviation, deviation, sum)
      })
      const root = this.#root(variance)
      slab.roots.store(k.addWords(slab.rootsFrom, sample), root)
      this.#eachUnit((unit) => {
        const place = this.#place(slab.from, sample, unit)
        slab.affine.store(place, k.multiply(k.subtract(slab.affine.load(place), mean), root))
      })
    })
  }

  #normalizeUnits(slab: NormalizedSlab, count: Word): void {
    const k = this.#k
    const { tile, width, workgroup } = this.#options
    const samples = k.convert(count)
    workgroup.share(width, (unit) => {
      const [sum] = sumOverTiles(k, { count, sums: 1, tile }, (sample, [s]) => {
        if (s !== undefined) k.set(s, k.add(s.value, this.#x(slab, sample, unit)))
      })
      const mean = k.divide(at([sum], 0).value, samples)
      const [squares] = sumOverTiles(k, { count, sums: 1, tile }, (sample, [s]) => {
        const deviation = k.subtract(this.#x(slab, sample, unit), mean)
        if (s !== undefined) k.set(s, k.fma(deviation, deviation, s.value))
      })
      const root = this.#root(k.divide(at([squares], 0).value, samples))
      slab.roots.store(k.addWords(slab.rootsFrom, unit), root)
      k.for({ to: count }, (sample) => {
        const place = this.#place(slab.from, sample, unit)
        slab.affine.store(place, k.multiply(k.subtract(slab.affine.load(place), mean), root))
      })
    })
  }

  #differentiateSample(slab: NormalizedSlab, sample: Word): void {
    const k = this.#k
    const v = (unit: Word) => k.multiply(this.#gamma(slab, unit), this.#delta(slab, sample, unit))
    const c1 = this.#meanOverUnits((unit, sum) => k.add(sum, v(unit)))
    const c2 = this.#meanOverUnits((unit, sum) => k.fma(v(unit), this.#x(slab, sample, unit), sum))
    const root = slab.roots.load(k.addWords(slab.rootsFrom, sample))
    this.#eachUnit((unit) => {
      const rest = k.subtract(v(unit), k.fma(this.#x(slab, sample, unit), c2, c1))
      slab.deltas.store(this.#place(slab.deltasFrom, sample, unit), k.stored(k.multiply(root, rest)))
    })
  }

  #differentiateUnit(slab: NormalizedSlab, { count, scale, shift, unit }: { readonly count: Word; readonly unit: Word; readonly shift: Float; readonly scale: Float }): void {
    const k = this.#k
    const samples = k.convert(count)
    const [c1, c2] = [k.divide(shift, samples), k.divide(scale, samples)]
    const factor = k.multiply(this.#gamma(slab, unit), slab.roots.load(k.addWords(slab.rootsFrom, unit)))
    k.for({ to: count }, (sample) => {
      const rest = k.subtract(this.#delta(slab, sample, unit), k.fma(this.#x(slab, sample, unit), c2, c1))
      slab.deltas.store(this.#place(slab.deltasFrom, sample, unit), k.stored(k.multiply(factor, rest)))
    })
  }

  #root(variance: Float): Float {
    const k = this.#k
    return k.divide(k.float(1), k.squareRoot(k.add(variance, k.float(EPSILON))))
  }

  /** Over the units ascending from +0, divided by their number. */
  #meanOverUnits(add: (unit: Word, sum: Float) => Float): Float {
    const k = this.#k
    const sum = k.variable(k.float(0))
    this.#eachUnit((unit) => {
      k.set(sum, add(unit, sum.value))
    })
    return k.divide(sum.value, k.float(this.#options.width))
  }

  #eachUnit(act: (unit: Word) => void): void {
    this.#k.for({ to: this.#k.word(this.#options.width) }, act)
  }

  #gamma(slab: NormalizedSlab, unit: Word): Float {
    return this.#options.parameters.load(this.#k.addWords(slab.gamma, unit))
  }

  /** z before the layer is normalized, x after it. */
  #x({ affine, from }: NormalizedSlab, sample: Word, unit: Word): Float {
    return affine.load(this.#place(from, sample, unit))
  }

  #delta({ deltas, deltasFrom }: NormalizedSlab, sample: Word, unit: Word): Float {
    return deltas.load(this.#place(deltasFrom, sample, unit))
  }

  #place(from: Word, sample: Word, unit: Word): Word {
    const k = this.#k
    return k.addWords(k.addWords(from, k.multiplyWords(sample, k.word(this.#options.width))), unit)
  }
}
