import type { Direction, Directions, UnitTrace } from '@collapsar/report'
import { firstLayerDirections, laneNetworks, measurementSets, predictedDirections, storedInputs } from '@collapsar/trial'
import type { LaneNetwork, TrainedBatch, TrialSpec, UnitDirection } from '@collapsar/trial'
import { captionsOf, refusal, requestedCell } from './figure-request.ts'
import type { FigureContent, FigureRequest } from './figure-request.ts'
import { chosenPlaces, replayed } from './replayed.ts'
import type { Replayed } from './replayed.ts'

/** More would be neither told apart nor quick to draw. */
const MOST_UNITS = 2000

const POSITIVE = 'output weight above 0'
const NEGATIVE = 'output weight below 0'

/** Where the units of the first layer point, from the initialization to the end: of one trial, or of a cell's trials. */
export async function directions(request: FigureRequest): Promise<FigureContent> {
  const { invocation, store } = request
  const { counts, document } = requestedCell(request)
  const { spec } = counts
  requireDirections(spec)
  const trial = invocation.options.integer('trial', 0, 1e9)
  const records = await store.cellTrials(counts.cell, counts.inits)
  const places = chosenPlaces(records, trial, Math.max(1, Math.floor(MOST_UNITS / spec.width)))
  const steps = [0, ...measurementSets.directions.observes(spec)]
  const replay = await replayed(invocation, { spec, records, places, steps })
  const rays = raysOf(replay, spec)
  const shown = trial === null ? `${places.length} of ${records.trials.length} trials, replayed` : 'Replayed'
  const data: Directions = {
    ...captionsOf(request, [document], trial === null ? 'directions of the first layer' : `directions of trial ${trial}`),
    radius: { label: spec.depth === 2 ? '|output weight| times length of (weight, bias)' : 'length of (weight, bias) times that of the outgoing weights' },
    units: unitTraces(replay, spec),
    rays,
    notes: [
      `${shown} to steps ${steps.join(', ')} and the end; each ends as it was recorded.`,
      'Angle: that of (weight, bias); a dot is the end of a trail.',
      ...(rays.length === 0 ? [] : ['Predicted: where small units settle at first (Maennel, Bousquet, Gelly 2018).']),
    ],
  }
  return { mark: 'directions', data }
}

function requireDirections(spec: TrialSpec): void {
  const applies = measurementSets.directions.applies(spec)
  if (applies !== true) throw refusal(`directions: ${applies}`)
  const { inputDim } = spec.problem
  if (inputDim !== 1) throw refusal(`directions are drawn for one input, as an angle; this problem has ${inputDim}. See: collapsar measurements ID --set directions`)
}

/** Of every unit of every trial; a diverged network has no direction. Only a unit that goes on with one weight has its sign. */
function unitTraces({ batch, moments, trained }: Replayed, { depth }: TrialSpec): UnitTrace[] {
  const inputs = storedInputs(batch)
  const unitsOf = (moment: TrainedBatch): UnitDirection[] => {
    const networkOf = laneNetworks(batch, moment)
    return Array.from(batch.trials, (_, lane) => unitsIn(networkOf(lane), inputs, batch.shape.sizes[1] ?? 0)).flat()
  }
  const all = [...moments, trained].map(unitsOf)
  const traces = (all.at(-1) ?? []).map(({ amplitude }, unit) => ({ amplitude, trace: all.map((units) => placeOf(units[unit] ?? NOWHERE)) }))
  if (depth > 2) return traces.map(({ trace }) => ({ trace }))
  const signed = traces.map(({ amplitude, trace }) => ({ trace, group: amplitude < 0 ? NEGATIVE : POSITIVE }))
  // colours go to groups in their order: the same one to the same sign in every figure
  return [POSITIVE, NEGATIVE].flatMap((sign) => signed.filter(({ group }) => group === sign))
}

const NOWHERE: UnitDirection = { kind: 'dead', direction: [Number.NaN, Number.NaN], amplitude: Number.NaN }

function unitsIn(network: LaneNetwork | null, inputs: Float64Array, units: number): readonly UnitDirection[] {
  if (network === null) return Array.from({ length: units }, () => NOWHERE)
  return firstLayerDirections(network.shape, network.parameters, 0, inputs).units
}

function placeOf({ direction: [w = Number.NaN, b = Number.NaN], amplitude }: UnitDirection): Direction {
  return { angle: w === 0 && b === 0 ? Number.NaN : Math.atan2(b, w), radius: Math.abs(amplitude) }
}

function raysOf({ batch }: Replayed, spec: TrialSpec): NonNullable<Directions['rays']> {
  const predicted = predictedDirections(batch, spec)
  if (predicted === null) return []
  const ray = (group: string) => (angle: number) => ({ angle, label: degreesText(angle), group })
  return [...predicted.positive.map(ray(POSITIVE)), ...predicted.negative.map(ray(NEGATIVE))]
}

function degreesText(angle: number): string {
  return `${Math.round(((angle + 2 * Math.PI) % (2 * Math.PI)) * (180 / Math.PI))}°`
}
