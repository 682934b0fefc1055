import type { NetworkShape } from '../network.ts'
import { activationField } from './activation-field.ts'
import { InvalidField, integerField, listField, matrixField, numbersField, objectField } from './fields.ts'

/** A network given by its weights, and where it is to be looked at. */
export interface MeasuredNetwork {
  readonly shape: NetworkShape
  /** [parameter], as NUMERICS.md, 2 orders them. */
  readonly parameters: Float64Array
  /** Where to look: the interval of a single input, or null where segments or a box are given. */
  readonly domain: readonly [number, number] | null
  /** Line segments [p, q], [coordinate] each; empty where a domain or a box is given. */
  readonly segments: readonly (readonly [Float64Array, Float64Array])[]
  /** [low, high] of each of two inputs; null where something else is given. */
  readonly box: readonly [readonly [number, number], readonly [number, number]] | null
  /** Regions at which the count on a box is given up; null for the default. */
  readonly mostCells: number | null
}

type Place = Pick<MeasuredNetwork, 'domain' | 'segments' | 'box' | 'mostCells'>

const NOWHERE: Place = { domain: null, segments: [], box: null, mostCells: null }

type Document = Readonly<Record<string, unknown>>

/**
 * Reads `{ activation, leak?, layers: [{ weights: [output][input], biases: [output] }, ...] }` with `domain: [low, high]`
 * for one input, `segments: [[p, q], ...]` for any number of inputs, or `box: [[low, high], [low, high]]` and, if the default is not to be
 * the bound, `mostCells` for two. Hidden widths may differ.
 * @throws {InvalidField} that names the first field at fault
 */
export function networkFromJson(json: unknown): MeasuredNetwork {
  const document = objectField(json, 'network')
  const layers = listField(document['layers'], 'layers').map((layer, l) => objectField(layer, `layers[${l}]`))
  const sizes = sizesOf(layers)
  refuseNormalization(document['normalization'])
  const flat = layers.flatMap((layer, l) => {
    const [inputs = 0, outputs = 0] = sizes.slice(l, l + 2)
    return [
      ...matrixField(layer['weights'], `layers[${l}].weights`, outputs, inputs),
      ...numbersField(layer['biases'], `layers[${l}].biases`, outputs),
    ]
  })
  return {
    shape: { sizes, activation: activationField(document) },
    parameters: Float64Array.from(flat),
    ...placeOf(document, sizes[0] ?? 0),
  }
}

/** Statistics are those of training points, which a network by its weights does not have. */
function refuseNormalization(normalization: unknown): void {
  if (normalization === undefined || normalization === 'none') return
  const expected = 'none: its statistics need training points; fold them into weights and biases'
  throw new InvalidField('normalization', normalization, expected)
}

/** [inputs of the first layer, outputs of each layer]; that the layers fit is seen when their weights are read. */
function sizesOf(layers: readonly Document[]): number[] {
  const first = listField(layers[0]?.['weights'], 'layers[0].weights')
  const inputs = listField(first[0], 'layers[0].weights[0]').length
  return [inputs, ...layers.map((layer, l) => listField(layer['biases'], `layers[${l}].biases`).length)]
}

function placeOf(document: Document, inputDim: number): Place {
  if (document['box'] !== undefined) return boxOf(document, inputDim)
  if (document['segments'] !== undefined) return { ...NOWHERE, segments: segmentsOf(document, inputDim) }
  if (inputDim !== 1) throw new InvalidField('segments', document['segments'], placesOf(inputDim))
  return { ...NOWHERE, domain: intervalField(document['domain'], 'domain') }
}

function placesOf(inputDim: number): string {
  return `a list of [p, q]${inputDim === 2 ? ', or a box,' : ''} for several inputs`
}

function boxOf({ box, mostCells, segments }: Document, inputDim: number): Place {
  if (segments !== undefined) throw new InvalidField('segments', segments, 'none beside a box')
  if (inputDim !== 2) throw new InvalidField('box', box, `none: a box needs 2 inputs, the network has ${inputDim}`)
  const [x1, x2] = listField(box, 'box', 2)
  return {
    ...NOWHERE,
    box: [intervalField(x1, 'box[0]'), intervalField(x2, 'box[1]')],
    mostCells: mostCells === undefined ? null : integerField(mostCells, 'mostCells', 1),
  }
}

function intervalField(value: unknown, field: string): readonly [number, number] {
  const [low = 0, high = 0] = numbersField(value, field, 2)
  if (low >= high) throw new InvalidField(field, value, '[low, high] with low < high')
  return [low, high]
}

function segmentsOf(document: Document, inputDim: number): (readonly [Float64Array, Float64Array])[] {
  return listField(document['segments'], 'segments').map((segment, i) => {
    const field = `segments[${i}]`
    const [p, q] = listField(segment, field, 2)
    const start = Float64Array.from(numbersField(p, `${field}[0]`, inputDim))
    const end = Float64Array.from(numbersField(q, `${field}[1]`, inputDim))
    if (start.every((coordinate, k) => coordinate === end[k])) {
      throw new InvalidField(field, segment, 'two different points')
    }
    return [start, end] as const
  })
}
