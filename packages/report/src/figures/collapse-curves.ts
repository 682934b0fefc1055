import type { CellDocument, SweepDocument } from '@collapsar/sweep'
import { bornDeadValue } from '../born-dead.ts'
import { countText } from '../percent.ts'
import { arithmeticText, figureDigest, initsText, intervalMethodText, titleOf, trialsText } from '../summary.ts'
import type { Band, Curve, CurvePoint, Curves } from './curves.ts'

interface Shown {
  /** The value at a cell. */
  readonly valueOf: (probability: number) => number
  readonly label: string
}

/**
 * P(collapse) against depth, a curve for each width, with the interval of each cell; dashed the probability of
 * being born dead where it is known, and an area between its proved bounds where these alone are.
 */
export function collapseCurves(document: SweepDocument): Curves {
  const shown = { valueOf: (probability: number) => probability, label: 'P(collapse), %' }
  const curves = curvesFor(document, shown)
  return { ...curves, y: { ...curves.y, numbers: 'percent', from: 0, to: 1.02 } }
}

/**
 * -ln(1 - P(collapse)) against depth, a curve for each width: straight where each further layer kills with a
 * probability of its own, as the law of large depth has it for being born dead (dashed). A cell in which every trial collapsed has
 * no finite value; a note says how many.
 */
export function hazardCurves(document: SweepDocument, largeDepth: readonly LargeDepthCurve[] = []): Curves {
  const hazardOf = (probability: number): number => -Math.log1p(-probability)
  const curves = curvesFor(document, { valueOf: hazardOf, label: '−ln(1 − P(collapse))' })
  const sure = document.cells.filter(({ collapse }) => collapse.estimate === 1).length
  const note = `No finite value where every trial collapsed: ${countText(sure)} of ${countText(document.cells.length)} cells, not shown.`
  const laws = largeDepth.map(
    ({ width, points }): Curve => ({
      name: 'born dead, law of large depth',
      kind: 'theory',
      group: groupOf(width),
      points: points.map(({ depth, probability }) => ({ x: depth, y: probability === null ? null : hazardOf(probability) })),
    }),
  )
  return { ...curves, curves: [...curves.curves, ...laws], notes: [...(curves.notes ?? []), ...(sure > 0 ? [note] : [])] }
}

/** P(born dead) by the law of large depth, where it holds. */
export interface LargeDepthCurve {
  readonly width: number
  /** Ascending in depth. */
  readonly points: readonly { readonly depth: number; readonly probability: number | null }[]
}

function curvesFor(document: SweepDocument, shown: Shown): Curves {
  const widths = [...new Set(document.cells.map(({ width }) => width))].toSorted((a, b) => a - b)
  const ofWidth = (width: number): CellDocument[] =>
    document.cells.filter((cell) => cell.width === width).toSorted((a, b) => a.depth - b.depth)
  check(document)
  return {
    title: titleOf(document),
    subtitle: `${document.sweep.setting}; ${initsText(document)} initializations a cell, ${arithmeticText(document)}`,
    x: { label: 'depth (affine layers)', numbers: 'whole' },
    y: { label: shown.label },
    curves: [
      ...widths.map((width) => measured(width, ofWidth(width), shown)),
      ...widths.flatMap((width) => theory(width, ofWidth(width), shown)),
    ],
    areas: widths.flatMap((width) => bounds(width, ofWidth(width), shown)),
    notes: [trialsText(document), `Interval of each cell by itself: ${intervalMethodText(document)}`],
    digest: figureDigest(document),
  }
}

function check({ cells }: SweepDocument): void {
  const shapes = new Set(cells.map(({ depth, width }) => `${depth} ${width}`))
  if (shapes.size < cells.length) {
    throw new RangeError('invalid document: several cells of one depth and width (accepted: one setting of all others)')
  }
}

function groupOf(width: number): string {
  return `width ${width}`
}

function measured(width: number, cells: readonly CellDocument[], { valueOf }: Shown): Curve {
  const points = cells.map(({ depth, collapse: { estimate, low, high } }): CurvePoint => {
    return estimate === null ? { x: depth, y: null } : { x: depth, y: valueOf(estimate), low: valueOf(low), high: valueOf(high) }
  })
  return { name: groupOf(width), points }
}

function theory(width: number, cells: readonly CellDocument[], { valueOf }: Shown): Curve[] {
  const points = cells.map(({ depth, theory: { bornDead } }): CurvePoint => {
    const value = bornDeadValue(bornDead)
    return { x: depth, y: value === null ? null : valueOf(value) }
  })
  const isKnown = points.some(({ y }) => y !== null)
  return isKnown ? [{ name: 'born dead, theory', kind: 'theory', group: groupOf(width), points }] : []
}

/** Only where no value is known: bounds around a curve of the theory would say less. */
function bounds(width: number, cells: readonly CellDocument[], { valueOf }: Shown): Band[] {
  const ranges = cells.map(({ depth, theory: { bornDead } }) => {
    const { lower, upper } = bornDeadValue(bornDead) === null ? bornDead : { lower: null, upper: null }
    const isKnown = lower !== null || upper !== null
    return { x: depth, low: isKnown ? valueOf(lower ?? 0) : null, high: isKnown ? valueOf(upper ?? 1) : null }
  })
  const isKnown = ranges.some(({ low }) => low !== null)
  return isKnown ? [{ name: 'born dead, proved bounds', group: groupOf(width), ranges }] : []
}
