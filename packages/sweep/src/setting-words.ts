import type { TrialSpec } from '@collapsar/trial'

/** The setting that all these cells share, in words; what `axes` vary is left out. */
export function settingWords(specs: readonly TrialSpec[]): string {
  const [first = [], ...others] = specs.map(words)
  return first.filter((word) => others.every((other) => other.includes(word))).join(', ')
}

function words({ network, problem, training, seed }: TrialSpec): string[] {
  const { activation, initialization, bias, normalization, initScale } = network
  const batch = training.batch === 'full' ? 'full batch' : `minibatches of ${training.batch}`
  return [
    targetWords(problem),
    activation.kind === 'leaky-relu' ? `leaky-relu ${activation.leak}` : activation.kind,
    ...(normalization === undefined ? [] : [`${normalization} normalization`]),
    initializationWords(initialization),
    ...(initScale === undefined ? [] : [`initial scale ${initScale}`]),
    ...('std' in bias ? [`${bias.kind} bias of std ${bias.std}`] : bias.kind === 'zero' ? ['zero bias'] : []),
    `${problem.points} points (${problem.sampling})`,
    ...(problem.testPoints === undefined ? [] : [`${problem.testPoints} test points`]),
    ...(training.steps === 0
      ? ['no training']
      : [`${training.steps} steps`, optimizerWords(training.optimizer), lossWords(training), batch]),
    ...noiseWords(training.noise),
    ...(training.stopAtDeath ? [] : ['trained beyond death']),
    ...(training.stopWhenConverged === true ? ['stopped when converged'] : []),
    ...(seed === 0 ? [] : [`seed ${seed}`]),
  ]
}

function noiseWords(noise: TrialSpec['training']['noise']): string[] {
  if (noise === undefined) return []
  return [`${noise.kind} noise of ${noise.level} on ${noise.parameters === 'all' ? 'all parameters' : 'biases'}`]
}

function targetWords({ target, expression, teeth }: TrialSpec['problem']): string {
  if (expression !== undefined) return expression
  return teeth === undefined ? target : `${target} of ${teeth} teeth`
}

function initializationWords(initialization: TrialSpec['network']['initialization']): string {
  switch (initialization.kind) {
    case 'small':
      return `normal weights of std ${initialization.std}`
    case 'sawtooth':
      return `${initialization.variant} sawtooth weights`
    default:
      return initialization.kind
  }
}

function lossWords({ loss, huberDelta }: TrialSpec['training']): string {
  return huberDelta === undefined ? loss : `${loss} ${huberDelta}`
}

function optimizerWords(optimizer: TrialSpec['training']['optimizer']): string {
  const momentum = optimizer.kind === 'sgd' && optimizer.momentum > 0 ? ` with momentum ${optimizer.momentum}` : ''
  return `${optimizer.kind} ${optimizer.learningRate}${momentum}`
}
