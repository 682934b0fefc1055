import { figureDigest } from '@collapsar/report'
import type { FigureData, UnitTrace } from '@collapsar/report'
import { extremalDirections, firstLayerDirections, logSpacedSteps, networkShape, targetStatistics, trainingPoints } from '@collapsar/trial'
import type { TrialSpec, UnitDirection } from '@collapsar/trial'
import type { CellEvidence, NetworkSource } from '../target.ts'

/** Which network is drawn. */
const TRIAL = 0

const ABOVE = 'output weight above 0'
const BELOW = 'output weight below 0'

/** Where the units of the first layer of one network pointed, from the first step to the last. */
export async function unitDirections({ spec, document }: CellEvidence, networks: NetworkSource): Promise<FigureData['directions']> {
  const points = trainingPoints(spec.problem, spec.seed)
  const moments: (readonly UnitDirection[])[] = []
  for (const step of [...logSpacedSteps(spec.training.steps), spec.training.steps]) {
    const parameters = await networks(spec, TRIAL, step)
    moments.push(firstLayerDirections(networkShape(spec), parameters, 0, points.inputs).units)
  }
  const dead = (moments.at(-1) ?? []).filter(({ kind }) => kind === 'dead').length
  return {
    title: 'directions of the units while they are trained',
    subtitle: `${spec.width} units of one network, from 1 to ${spec.training.steps.toLocaleString('en-US')} steps; ${spec.problem.points} points`,
    radius: { label: 'amplitude, |a| times the norm of (w, b)' },
    units: tracesOf(moments),
    rays: raysOf(spec),
    notes: [
      'Angle: that of (weight, bias). A trail begins after the first step; the dot is the end.',
      'Rays: where small weights of either sign are predicted to align, to the targets without their mean.',
      `${dead} units, which end as zero on all points, are not drawn.`,
    ],
    digest: figureDigest({ cells: [document] }),
  }
}

/** @param moments units at each time, [moment][unit] */
function tracesOf(moments: readonly (readonly UnitDirection[])[]): UnitTrace[] {
  return (moments.at(-1) ?? []).flatMap(({ kind, amplitude }, unit) => {
    const trace = moments.flatMap((units) => units[unit] ?? []).map(({ direction: [w = 0, b = 0], amplitude: size }) => {
      return { angle: Math.atan2(b, w), radius: Math.abs(size) }
    })
    return kind === 'dead' ? [] : [{ trace, group: amplitude > 0 ? ABOVE : BELOW }]
  })
}

function raysOf(spec: TrialSpec): NonNullable<FigureData['directions']['rays']> {
  const points = trainingPoints(spec.problem, spec.seed)
  const mean = targetStatistics(points).mean[0] ?? 0
  const { positive, negative } = extremalDirections({ ...points, targets: points.targets.map((y) => y - mean) })
  const rays = (angles: readonly number[], group: string) => angles.map((angle) => ({ angle, group, label: `${Math.round((angle * 180) / Math.PI)}°` }))
  return [...rays(positive, ABOVE), ...rays(negative, BELOW)]
}
