import type { LearnedFunction } from '@collapsar/report'
import { eachOutput, isPiecewiseAffine, laneNetworks, networkGraph, recordAt, targetOf } from '@collapsar/trial'
import type { LaneNetwork, ProblemSpec, TrainingPoints } from '@collapsar/trial'
import { captionsOf, refusal, requestedCell } from './figure-request.ts'
import type { FigureContent, FigureRequest } from './figure-request.ts'
import { chosenPlaces, replayed } from './replayed.ts'

/** One trial's function with its breakpoints, its target and the points that it was trained on. */
export async function learnedFunction(request: FigureRequest): Promise<FigureContent> {
  const { invocation, store } = request
  const { counts, document } = requestedCell(request)
  const { problem } = counts.spec
  const { inputDim } = problem
  if (inputDim !== 1) throw refusal(`a function is drawn of one input; this problem has ${inputDim}`)
  const { outputDim } = targetOf(problem)
  if (outputDim !== 1) throw refusal(`a function is drawn of one output; this problem has ${outputDim}`)
  const trial = invocation.options.required('trial', 0, 1e9)
  const records = await store.cellTrials(counts.cell, counts.inits)
  const places = chosenPlaces(records, trial)
  const { batch, trained } = await replayed(invocation, { spec: counts.spec, records, places, steps: [] })
  const network = laneNetworks(batch, trained)(0)
  if (network === null) throw refusal(`trial ${trial} diverged, and is no function`)
  const { deadLayer, loss, outcome } = recordAt(records.columns, places[0] ?? 0)
  const dead = deadLayer === 0 ? '' : `, hidden layer ${deadLayer} is dead`
  const data: LearnedFunction = {
    ...captionsOf(request, [document], `trial ${trial}`),
    ...drawnNetwork(network, problem.domain),
    target: targetLine(problem),
    data: thinned(batch.points),
    notes: [
      `Outcome: ${outcome.replaceAll('_', ' ')}${dead}; loss ${Number(loss.toPrecision(4))}. Replayed: it ends as it was recorded.`,
      ...(batch.points.count > MOST_POINTS ? [`${MOST_POINTS} of ${batch.points.count} training points are shown.`] : []),
    ],
  }
  return { mark: 'function', data }
}

/** Of a curve without corners. */
const CURVE_POINTS = 801

function drawnNetwork({ shape, parameters }: LaneNetwork, domain: readonly [number, number]): Pick<LearnedFunction, 'network' | 'breakpoints' | 'pieces'> {
  if (isPiecewiseAffine(shape)) {
    const { positions, values, breakpoints } = networkGraph(shape, parameters, domain)
    const network = positions.map((x, i) => ({ x, y: values[i] ?? Number.NaN }))
    return { network, breakpoints, pieces: { count: breakpoints.length + 1 } }
  }
  const xs = equispaced(domain)
  const ys: number[] = []
  eachOutput(shape, parameters, Float64Array.from(xs), ([output = Number.NaN]) => ys.push(output))
  return { network: xs.map((x, i) => ({ x, y: ys[i] ?? Number.NaN })) }
}

function targetLine(problem: ProblemSpec): { x: number; y: number }[] {
  const { evaluate } = targetOf(problem)
  const output = new Float64Array(1)
  return equispaced(problem.domain).map((x) => {
    evaluate(Float64Array.of(x), output)
    return { x, y: output[0] ?? Number.NaN }
  })
}

function equispaced([low, high]: readonly [number, number]): number[] {
  return Array.from({ length: CURVE_POINTS }, (_, i) => low + ((high - low) * i) / (CURVE_POINTS - 1))
}

const MOST_POINTS = 200

function thinned({ count, inputs, targets }: TrainingPoints): { x: number; y: number }[] {
  const shown = Math.min(MOST_POINTS, count)
  return Array.from({ length: shown }, (_, i) => {
    const point = Math.floor((i * count) / shown)
    return { x: inputs[point] ?? Number.NaN, y: targets[point] ?? Number.NaN }
  })
}
