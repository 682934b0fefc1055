import { cholesky, logDeterminant, quadraticForm, solve } from './cholesky.ts'
import type { Cholesky } from './cholesky.ts'

/** Binomial counts with the terms of their linear predictor. */
export interface BinomialData {
  /** [observation][term]; linearly independent terms over the observations with trials. */
  readonly design: readonly Readonly<Float64Array>[]
  /** [observation] */
  readonly successes: readonly number[]
  /** [observation] */
  readonly trials: readonly number[]
}

export interface BinomialFit {
  /** [term] */
  readonly coefficients: Readonly<Float64Array>
  /** Of the expected information at the solution; null without any. */
  readonly information: Cholesky
}

const MAX_STEPS = 200
const MAX_HALVINGS = 40
/** A Newton decrement below this moves no fitted predictor by more than about 1e-6 of its standard error. */
const CONVERGED = 1e-12
/** Beyond, the probability is 0 or 1 even as a logarithm, and products of weights would leave binary64. */
const PREDICTOR_LIMIT = 200

/**
 * Fits ln(-ln(1 - p)) = sum of coefficients x terms by maximizing the likelihood times the root of the determinant
 * of the expected information (Jeffreys' prior), by Fisher scoring with step halving.
 *
 * The plain maximum runs off to infinity as soon as a row of cells has no successes at all, which is the rule in wide
 * networks. This one is finite for any counts when the terms are independent (Kosmidis and Firth, Biometrika 108
 * (2021) 71, Theorem 1, which includes this link), depends neither on the scale of the terms nor on a tuning constant,
 * and adds as much as half a success per term. A ridge needs a constant, and leaves the intercept free to diverge.
 *
 * Null where there is no trial, or the terms are dependent. Null as well if 200 steps do not converge.
 */
export function fitComplementaryLogLog(data: BinomialData): BinomialFit | null {
  if (!data.trials.some((trials) => trials > 0)) return null
  let state = evaluate(data, initialCoefficients(data))
  for (let step = 0; state !== null && step < MAX_STEPS; step += 1) {
    const gradient = adjustedScore(data, state)
    const direction = solve(state.information, gradient)
    const decrement = direction.reduce((sum, value, term) => sum + value * (gradient[term] ?? 0), 0)
    if (decrement < CONVERGED) return { coefficients: state.coefficients, information: state.information }
    state = ascend(data, state, direction)
  }
  return null
}

/** The predictor of one observation. */
export function predictor(coefficients: Readonly<Float64Array>, terms: Readonly<Float64Array>): number {
  return terms.reduce((sum, value, term) => sum + value * (coefficients[term] ?? 0), 0)
}

/** 1 - exp(-exp(eta)) */
export function probabilityOf(eta: number): number {
  return -Math.expm1(-Math.exp(eta))
}

interface State {
  readonly coefficients: Float64Array
  readonly predictors: Float64Array
  readonly information: Cholesky
  /** ln of the likelihood plus half of ln det of the information. */
  readonly objective: number
}

/** The whole at one common probability: the first term is taken to be constant over the observations. */
function initialCoefficients({ design, successes, trials }: BinomialData): Float64Array {
  const [k, n] = [successes, trials].map((counts) => counts.reduce((sum, count) => sum + count, 0)) as [number, number]
  const start = new Float64Array(design[0]?.length ?? 0)
  const constant = design[0]?.[0] ?? 1
  start[0] = Math.log(-Math.log1p(-(k + 0.5) / (n + 1))) / constant
  return start
}

function evaluate(data: BinomialData, coefficients: Float64Array): State | null {
  const predictors = Float64Array.from(data.design, (terms) => predictor(coefficients, terms))
  if (!predictors.every((eta, index) => data.trials[index] === 0 || Math.abs(eta) <= PREDICTOR_LIMIT)) return null
  const information = cholesky(expectedInformation(data, predictors), coefficients.length)
  if (information === null) return null
  const objective = logLikelihood(data, predictors) + logDeterminant(information) / 2
  return { coefficients, predictors, information, objective }
}

/** The first of 1, 1/2, 1/4, ... of the step that does not lower the objective; the state itself if none does. */
function ascend(data: BinomialData, state: State, direction: Readonly<Float64Array>): State | null {
  for (let halving = 0; halving < MAX_HALVINGS; halving += 1) {
    const share = 2 ** -halving
    const next = evaluate(data, state.coefficients.map((value, term) => value + share * (direction[term] ?? 0)))
    if (next !== null && next.objective >= state.objective - 1e-13 * Math.abs(state.objective)) return next
  }
  return null
}

function logLikelihood({ successes, trials }: BinomialData, predictors: Float64Array): number {
  let sum = 0
  for (const [index, eta] of predictors.entries()) {
    const [k, n] = [successes[index] ?? 0, trials[index] ?? 0]
    if (k > 0) sum += k * Math.log(probabilityOf(eta))
    sum -= (n - k) * Math.exp(eta)
  }
  return sum
}

/** With mu = exp(eta): trials x mu^2 / (e^mu - 1), the expected information of one observation on its predictor. */
function weightOf(eta: number, trials: number): number {
  const mu = Math.exp(eta)
  return (trials * mu * mu) / Math.expm1(mu)
}

function expectedInformation({ design, trials }: BinomialData, predictors: Float64Array): Float64Array {
  const size = design[0]?.length ?? 0
  const information = new Float64Array(size * size)
  for (const [index, terms] of design.entries()) {
    const n = trials[index] ?? 0
    if (n === 0) continue
    const weight = weightOf(predictors[index] ?? 0, n)
    for (let row = 0; row < size; row += 1) {
      const scaled = weight * (terms[row] ?? 0)
      for (let column = 0; column <= row; column += 1) {
        information[row * size + column] = (information[row * size + column] ?? 0) + scaled * (terms[column] ?? 0)
      }
    }
  }
  return information
}

/** The gradient of the objective: the score plus half of leverage x (d ln weight / d eta), summed over the terms. */
function adjustedScore({ design, successes, trials }: BinomialData, { predictors, information }: State): Float64Array {
  const gradient = new Float64Array(information.size)
  for (const [index, terms] of design.entries()) {
    const [k, n, eta] = [successes[index] ?? 0, trials[index] ?? 0, predictors[index] ?? 0]
    if (n === 0) continue
    const mu = Math.exp(eta)
    const perMu = mu / probabilityOf(eta)
    const leverage = weightOf(eta, n) * quadraticForm(information, terms)
    const slope = k * (perMu - mu) - (n - k) * mu + 0.5 * leverage * (2 - perMu)
    for (const [term, value] of terms.entries()) gradient[term] = (gradient[term] ?? 0) + slope * value
  }
  return gradient
}
