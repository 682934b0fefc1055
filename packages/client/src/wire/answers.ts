import { Type } from '@collapsar/schema'
import { COMPARED_EVENTS } from '@collapsar/sweep'
import type { BestOfCell, ComparedEvent } from '@collapsar/sweep'
import { settingParameters, shapeParameters } from './cells.ts'
import { closed, count, flag, nullable, oneOf, probabilities, probability, words } from './schemas.ts'
import { SweepId } from './sweeps.ts'

/** A sweep, or a setting: what is not given of a setting has the default of a sweep file. */
const cellsOf = { sweep: Type.Optional(SweepId), ...settingParameters }

export const ContoursQuery = Type.Object(
  {
    ...cellsOf,
    ...shapeParameters,
    levels: Type.Optional(probabilities('where P(collapse) is crossed (default: what the sweep decides, else 0.01,0.1)')),
    confidence: Type.Optional(probability("of each verdict (default: the sweep's own, else 0.95)")),
    monotone: flag('suppose that collapse grows with depth and falls with width; verdicts never do'),
    columns: Type.Optional(words(120, 'the parameter to the right: depth, width or a dotted name')),
    rows: Type.Optional(words(120, 'the parameter upwards')),
  },
  closed,
)

const steps = Type.Array(Type.Object({ y: Type.Number(), x: nullable(Type.Number()) }), { description: 'the last x on the safe side, by y' })

export const Contours = Type.Object({
  sweep: nullable(SweepId),
  levels: Type.Array(Type.Number()),
  confidence: Type.Number(),
  monotone: Type.Boolean(),
  maps: Type.Array(
    Type.Object({
      x: Type.String(),
      y: Type.String(),
      setting: Type.Optional(Type.String({ description: 'the other parameters, in words' })),
      direction: oneOf(['increasing', 'decreasing'], 'whether P(collapse) grows or falls with x'),
      fit: Type.Unknown({ description: 'of the smooth surface: what it fits, and whether its residual checks let it be drawn' }),
      contours: Type.Array(
        Type.Object({
          level: Type.Number(),
          band: Type.Array(
            Type.Object({ y: Type.Number(), below: nullable(Type.Number()), above: nullable(Type.Number()) }),
            { description: 'what is shown: below up to there, above from there on' },
          ),
          observed: Type.Object({ steps }),
          fitted: nullable(Type.Object({ steps })),
        }),
      ),
      fittedBand: nullable(Type.Array(Type.Object({ low: steps, high: steps }))),
    }),
  ),
})

export const SafeWidthQuery = Type.Object(
  {
    ...cellsOf,
    depth: Type.String({ pattern: '^([2-9]|[1-9][0-9]|1[0-9]{2}|200)$', description: 'affine layers, an integer from 2 to 200' }),
    below: probability('the probability of collapse to stay below'),
    confidence: Type.Optional(probability('of the verdict (default 0.95)')),
  },
  closed,
)

export const SafeWidth = Type.Object({
  depth: count('affine layers'),
  below: Type.Number(),
  confidence: Type.Number(),
  setting: Type.String({ description: 'what the widths have in common, in words' }),
  width: nullable(count('the smallest width shown safe with every wider one; null: not safe, or undecided')),
  evidence: Type.Array(
    Type.Object({
      width: count('units of every hidden layer'),
      cell: Type.String(),
      trials: count('trials counted'),
      collapsed: count('of them'),
      gaps: count('trials lost for good'),
      logEvidence: Type.Number(),
      upperBound: Type.Number({ description: 'anytime-valid, on P(collapse)' }),
      verdict: oneOf(['safe', 'unsafe', 'undecided'], 'safe, unsafe or undecided'),
    }),
    { description: 'from the widest on' },
  ),
  bornDeadProved: nullable(count('from this width on being born dead is proved to be no more probable than asked; null where no theorem applies')),
  missing: nullable(
    Type.Object({ width: count('the first that is not safe'), toward: oneOf(['safe', 'unsafe'], 'safe or unsafe'), trials: count('about as many more') }),
  ),
})

export const BestOfKQuery = Type.Object(
  {
    ...cellsOf,
    ...shapeParameters,
    starts: Type.Optional(
      Type.String({
        maxLength: 400,
        pattern: '^[1-9][0-9]{0,8}(,[1-9][0-9]{0,8})*$',
        description: 'the numbers K, separated by commas, each at most a third of the trials (default: all, or evenly in ln K)',
      }),
    ),
  },
  closed,
)

const restarts = Type.Array(
  Type.Object({
    certainty: Type.Number(),
    estimate: nullable(Type.Number()),
    low: Type.Number(),
    high: nullable(Type.Number()),
    level: Type.Number(),
    method: Type.Unsafe<BestOfCell['untilAlive'][number]['method']>({ type: 'string', description: 'how the interval is made' }),
  }),
)

export const BestOfK = Type.Object({
  sweep: nullable(SweepId),
  cells: Type.Array(
    Type.Object({
      cell: Type.String(),
      depth: count('affine layers'),
      width: count('units of every hidden layer'),
      axes: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      trials: count('trials counted'),
      gaps: count('trials lost for good'),
      scoredBy: oneOf(['loss', 'testError'], 'loss or testError'),
      mostStarts: count('the greatest K that these trials answer for'),
      clippedAt: Type.Number({ description: 'greater scores, and those that are not finite, count as this much' }),
      clipped: count('trials to which that happened'),
      level: Type.Number({ description: 'of each band, at its K alone' }),
      resamples: count('of the bootstrap'),
      points: Type.Array(
        Type.Object({ starts: count('K'), expected: Type.Number(), low: Type.Number(), high: Type.Number() }),
        { description: 'the score of the best of K trainings' },
      ),
      converged: Type.Array(
        Type.Object({ starts: count('K'), estimate: Type.Number(), low: Type.Number(), high: Type.Number() }),
        { description: 'that one of K converges' },
      ),
      untilAlive: restarts,
      untilConverged: restarts,
      demanded: Type.Array(
        Type.Object({ certainty: Type.Number(), starts: nullable(Type.Number()) }),
        { description: 'proved: fewer trainings cannot be so certain, however long they train; null where no theorem applies' },
      ),
    }),
  ),
})

export const CompareQuery = Type.Object(
  { a: SweepId, b: SweepId, event: Type.Optional(oneOf(COMPARED_EVENTS, `one of ${COMPARED_EVENTS.join(', ')} (default collapse)`)) },
  closed,
)

export const Comparison = Type.Object({
  event: Type.Unsafe<ComparedEvent>({ type: 'string', enum: [...COMPARED_EVENTS] }),
  sweeps: Type.Array(SweepId, { description: 'the two' }),
  pairs: Type.Array(
    Type.Object({
      depth: count('affine layers'),
      width: count('units of every hidden layer'),
      cells: Type.Unsafe<[string, string]>({ type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 2, description: 'the two' }),
      counts: Type.Object({
        trials: count('trials of both'),
        both: count('to which it happened under both'),
        onlyFirst: count('under the first alone'),
        onlySecond: count('under the second alone'),
        neither: count('under neither'),
        gaps: count('pairs of which an outcome is lost'),
      }),
      pValue: Type.Number({ description: 'of the exact two-sided McNemar test, for a number of trials fixed beforehand' }),
      adjustedPValue: Type.Number({ description: 'the same times the number of pairs of cells, at most 1' }),
      difference: Type.Object({ estimate: nullable(Type.Number()), low: Type.Number(), high: Type.Number(), level: Type.Number() }),
      logEvidence: Type.Number({ description: 'for a difference' }),
      differs: Type.Boolean({ description: 'shown, for all pairs together' }),
    }),
  ),
})
