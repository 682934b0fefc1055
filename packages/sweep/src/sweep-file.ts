import { EXPRESSION_LIMITS, MEASUREMENT_NAMES, MOST_TEETH, NUMERICS, PRECISIONS } from '@collapsar/trial'
import { Type } from '@collapsar/schema'
import { ENGINE_KINDS } from './engine-kinds.ts'

/** Limits that are refused before anything is allocated. */
export const LIMITS = {
  depth: 200,
  width: 256,
  points: 65_536,
  /** Over all distinct training sets of a sweep. */
  trainingPoints: 4_000_000,
  steps: 2_000_000,
  inits: 1_000_000_000,
  cells: 10_000,
  axisValues: 1_000,
  nameLength: 120,
  /** Of a sweep. */
  tags: 20,
  tagLength: 64,
  /** Both ways from 0. */
  priority: 10,
  /** Of an adaptive sweep. */
  levels: 10,
} as const

const DEFAULT_MAX_INITS = 100_000

const closed = { additionalProperties: false }

/** A list of alternatives that completes in editors and is refused with the list of what is accepted. */
function oneOf<const T extends readonly string[]>(values: T, description: string) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: values, description })
}

function axis(minimum: number, maximum: number, meaning: string) {
  const value = Type.Integer({ minimum, maximum, description: `an integer from ${minimum} to ${maximum}` })
  return Type.Union(
    [
      value,
      Type.Array(value, { minItems: 1, maxItems: LIMITS.axisValues, description: 'a list of such integers' }),
      Type.Object(
        { from: value, to: value, step: Type.Optional(Type.Integer({ minimum: 1, description: 'an integer of at least 1' })) },
        closed,
      ),
    ],
    { description: `${meaning}: an integer from ${minimum} to ${maximum}, a list of them, or { from, to, step }` },
  )
}

const positive = (meaning: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 1e6, description: `${meaning}: a number above 0, at most 1e6` })

export const PLAIN_INITIALIZATIONS = [
  'he-normal',
  'he-uniform',
  'glorot-normal',
  'glorot-uniform',
  'lecun-normal',
  'torch-default',
  'randomized-asymmetric',
  'orthogonal',
] as const

const network = Type.Object(
  {
    activation: Type.Optional(
      oneOf(
        ['relu', 'leaky-relu', 'elu', 'selu', 'gelu', 'tanh'],
        'one of relu, leaky-relu, elu, selu, gelu, tanh (default relu)',
      ),
    ),
    leak: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'a slope above 0, at most 1, for leaky-relu (default 0.01)' }),
    ),
    normalization: Type.Optional(
      oneOf(['none', 'batch', 'layer'], 'one of none, batch, layer: of every hidden layer, before its activation (default none)'),
    ),
    init: Type.Optional(
      Type.Union(
        [
          oneOf(PLAIN_INITIALIZATIONS, `one of ${PLAIN_INITIALIZATIONS.join(', ')}`),
          Type.Object({ kind: oneOf(['small'], 'small'), std: positive('the standard deviation') }, closed),
          Type.Object(
            {
              kind: oneOf(['randomized-asymmetric'], 'randomized-asymmetric'),
              outputLayer: Type.Optional(Type.Boolean({ description: 'true or false (default true)' })),
            },
            closed,
          ),
          Type.Object(
            {
              kind: oneOf(['sawtooth'], 'sawtooth'),
              variant: Type.Optional(
                oneOf(['plain', 'lipschitz'], 'one of plain, lipschitz: slopes of 2^m, or of 1 (default plain)'),
              ),
            },
            closed,
          ),
          Type.Object({ kind: oneOf(PLAIN_INITIALIZATIONS, `one of ${PLAIN_INITIALIZATIONS.join(', ')}`) }, closed),
        ],
        {
          description:
            `one of ${PLAIN_INITIALIZATIONS.join(', ')}, { kind: small, std },` +
            ' { kind: randomized-asymmetric, outputLayer } or { kind: sawtooth, variant } (default he-normal)',
        },
      ),
    ),
    initScale: Type.Optional(positive('the factor of all deviations and limits of the initialization (default 1)')),
    bias: Type.Optional(
      Type.Union(
        [
          oneOf(['zero'], 'zero'),
          Type.Object(
            { kind: oneOf(['normal', 'uniform'], 'normal or uniform'), std: positive('the standard deviation') },
            closed,
          ),
        ],
        { description: 'zero, or { kind: normal | uniform, std } (default zero)' },
      ),
    ),
  },
  closed,
)

const TARGETS = [
  'abs',
  'x-sin-5x',
  'step-sin',
  'abs-2d',
  'square',
  'sawtooth',
  'five-points',
  'condensation',
  'expression',
] as const

const problem = Type.Object(
  {
    target: Type.Optional(
      oneOf(TARGETS, `one of ${TARGETS.join(', ')} (default abs)`),
    ),
    expression: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: EXPRESSION_LIMITS.length,
        description:
          `with the target expression: a formula of at most ${EXPRESSION_LIMITS.length} characters in x1, x2, .. with + - * / ^,` +
          ' abs, sin, cos, exp, log, sqrt, tanh, min, max, step, sign, relu, pi and e',
      }),
    ),
    teeth: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MOST_TEETH,
        description: `with the target sawtooth: how often it rises and falls on [0, 1], an integer from 1 to ${MOST_TEETH} (default 4)`,
      }),
    ),
    points: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: LIMITS.points,
        description: `an integer from 2 to ${LIMITS.points} (default 128; 5 for five-points)`,
      }),
    ),
    testPoints: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: LIMITS.points,
        description: `the size of a test set, an integer from 2 to ${LIMITS.points} (default: none)`,
      }),
    ),
    sampling: Type.Optional(
      oneOf(['grid', 'random', 'directions'], "one of grid, random, directions (default: the target's own)"),
    ),
    inputDim: Type.Optional(Type.Integer({ minimum: 1, maximum: 8, description: "the target's number of inputs; of an expression 1 to 8 (default 1)" })),
    domain: Type.Optional(
      Type.Array(Type.Number({ minimum: -1e6, maximum: 1e6, description: 'a number within 1e6 of 0' }), {
        minItems: 2,
        maxItems: 2,
        description: "[low, high] with low < high (default: the target's own)",
      }),
    ),
  },
  closed,
)

const training = Type.Object(
  {
    loss: Type.Optional(oneOf(['mse', 'mae', 'huber'], 'one of mse, mae, huber (default mse)')),
    huberDelta: Type.Optional(positive('where the loss huber turns from quadratic to linear (default 1)')),
    optimizer: Type.Optional(
      Type.Object(
        {
          kind: Type.Optional(oneOf(['sgd', 'adam'], 'one of sgd, adam (default adam)')),
          // 0 trains nothing: what remains is the noise, where there is noise
          learningRate: Type.Optional(
            Type.Number({ minimum: 0, maximum: 1e6, description: 'the learning rate: a number from 0 to 1e6' }),
          ),
          momentum: Type.Optional(
            Type.Number({ minimum: 0, exclusiveMaximum: 1, description: 'a number from 0 to below 1, for sgd (default 0)' }),
          ),
        },
        { ...closed, description: '{ kind: sgd | adam, learningRate, momentum } (default adam, 0.001)' },
      ),
    ),
    batch: Type.Optional(
      Type.Union(
        [
          oneOf(['full'], 'full'),
          Type.Integer({ minimum: 1, maximum: LIMITS.points, description: `an integer from 1 to ${LIMITS.points}` }),
        ],
        { description: `full, or the size of a minibatch from 1 to ${LIMITS.points} (default full)` },
      ),
    ),
    steps: Type.Optional(
      Type.Integer({ minimum: 0, maximum: LIMITS.steps, description: `an integer from 0 to ${LIMITS.steps} (default 3000)` }),
    ),
    stopAtDeath: Type.Optional(Type.Boolean({ description: 'true or false (default true)' })),
    stopWhenConverged: Type.Optional(
      Type.Boolean({ description: 'true or false: whether a trial ends when it has converged (default false)' }),
    ),
    noise: Type.Optional(
      Type.Object(
        {
          kind: oneOf(['relative', 'absolute'], 'relative (to the update) or absolute'),
          level: positive('the level of the noise'),
          parameters: Type.Optional(oneOf(['biases', 'all'], 'biases or all (default biases)')),
        },
        { ...closed, description: '{ kind: relative | absolute, level, parameters: biases | all }, added after every update; leave it out for none' },
      ),
    ),
  },
  closed,
)

const INITS = `trials of every cell, an integer from 1 to ${LIMITS.inits}`

const until = Type.Object(
  {
    decide: Type.Array(
      Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description: 'a probability above 0 and below 1' }),
      { minItems: 1, maxItems: LIMITS.levels, description: `a list of 1 to ${LIMITS.levels} probabilities of collapse` },
    ),
    confidence: Type.Optional(
      Type.Number({ minimum: 0.5, maximum: 0.999999, description: 'a number from 0.5 to 0.999999 (default 0.95)' }),
    ),
    maxInits: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: LIMITS.inits,
        multipleOf: 100,
        description: `most trials of a cell, a multiple of 100 from 100 to ${LIMITS.inits} (default ${DEFAULT_MAX_INITS})`,
      }),
    ),
    maxDeviceSeconds: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1e9, description: 'seconds of workers after which no round follows, above 0' }),
    ),
  },
  {
    ...closed,
    description: 'in place of inits: { decide: [probabilities], confidence, maxInits, maxDeviceSeconds }',
  },
)

const ENGINES = ['auto', ...ENGINE_KINDS] as const

/** What a sweep is found by and served by; no part of any identity, and changed at will. */
export const LABELS = {
  name: Type.Optional(
    Type.String({
      maxLength: LIMITS.nameLength,
      // Postgres cannot store U+0000, and control characters have no place in a terminal.
      pattern: '^[^\\u0000-\\u001f\\u007f]*$',
      description: `a label of at most ${LIMITS.nameLength} characters without control characters; not part of any identity`,
    }),
  ),
  tags: Type.Optional(
    Type.Array(
      Type.String({
        minLength: 1,
        maxLength: LIMITS.tagLength,
        // A list of tags is written with commas or spaces on a command line and in a query.
        pattern: '^[^\\u0000-\\u0020\\u007f,]*$',
        description: `a tag of 1 to ${LIMITS.tagLength} characters without spaces, commas and control characters`,
      }),
      { maxItems: LIMITS.tags, uniqueItems: true, description: `a list of at most ${LIMITS.tags} tags without repetition; not part of any identity` },
    ),
  ),
  priority: Type.Optional(
    Type.Integer({
      minimum: -LIMITS.priority,
      maximum: LIMITS.priority,
      description: `an integer from -${LIMITS.priority} to ${LIMITS.priority}: of one owner's sweeps, higher ones are trained first (default 0)`,
    }),
  ),
}

/** The sweep file: JSON Schema (2020-12) and type in one, served for editor completion. */
export const SweepFile = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'the address of this schema' })),
    name: LABELS.name,
    grid: Type.Object(
      {
        depth: axis(2, LIMITS.depth, 'number of affine layers'),
        width: axis(1, LIMITS.width, 'units of every hidden layer'),
      },
      { ...closed, description: '{ depth, width }' },
    ),
    inits: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMITS.inits, description: INITS })),
    until: Type.Optional(until),
    network: Type.Optional(network),
    problem: Type.Optional(problem),
    training: Type.Optional(training),
    precision: Type.Optional(
      oneOf(
        PRECISIONS,
        `one of ${PRECISIONS.join(', ')} (default float32); the last two store values so and add them up in float32`,
      ),
    ),
    numerics: Type.Optional(oneOf(NUMERICS, `one of ${NUMERICS.join(', ')}; precision is its short form`)),
    engine: Type.Optional(oneOf(ENGINES, `one of ${ENGINES.join(', ')}: where it is trained, not what (default auto)`)),
    measure: Type.Optional(
      Type.Array(oneOf(MEASUREMENT_NAMES, `one of ${MEASUREMENT_NAMES.join(', ')}`), {
        maxItems: MEASUREMENT_NAMES.length,
        uniqueItems: true,
        description: `a list without repetition of ${MEASUREMENT_NAMES.join(', ')}: measured of every trial; not part of any identity`,
      }),
    ),
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'an integer from 0 to 2^53 - 1 (default 0)',
      }),
    ),
    axes: Type.Optional(
      Type.Record(
        Type.String({ description: 'the dotted name of a field, as in training.optimizer.learningRate' }),
        Type.Array(Type.Unknown(), { minItems: 1, maxItems: LIMITS.axisValues, description: 'a list of values' }),
        { description: 'other swept fields: { dotted.name: [values] }' },
      ),
    ),
    tags: LABELS.tags,
    priority: LABELS.priority,
  },
  {
    ...closed,
    $id: '/schema/sweep/v1.json',
    title: 'A Collapsar sweep',
    description: 'a grid of cells and how many random initializations to train of each',
  },
)

/** `until` with its defaults. */
export interface Until {
  /** Ascending. */
  readonly decide: readonly number[]
  readonly confidence: number
  readonly maxInits: number
  /** null: no bound. */
  readonly maxDeviceSeconds: number | null
}

/** What a valid sweep file wants decided; null where it asks for a number of trials. */
export function untilOf(file: Pick<SweepFile, 'until'>): Until | null {
  if (file.until === undefined) return null
  const { decide, confidence = 0.95, maxInits = DEFAULT_MAX_INITS, maxDeviceSeconds } = file.until
  const levels = [...new Set(decide)].toSorted((a, b) => a - b)
  return { decide: levels, confidence, maxInits, maxDeviceSeconds: maxDeviceSeconds ?? null }
}

export type SweepFile = Type.Static<typeof SweepFile>
export type GridAxis = SweepFile['grid']['depth']
