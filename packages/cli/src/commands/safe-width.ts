import { CollapsarError, LIMITS, parseSweep } from '@collapsar/sweep'
import type { GridCell, SafeWidthDocument, WidthEvidence } from '@collapsar/sweep'
import type { Command } from '../command.ts'
import { EXIT } from '../command.ts'
import { readSource } from '../input-file.ts'
import { withInstallation } from '../installation/with-installation.ts'
import { JSON_OPTION } from '../options.ts'

/** From the trials that exist: which width is safe at a depth. */
export const safeWidth: Command = {
  name: 'safe-width',
  summary: 'name the smallest width of a depth at which collapse is rarer than asked, with its evidence or what is missing',
  positionals: [],
  options: {
    depth: { type: 'string', value: 'D', description: 'number of affine layers' },
    below: { type: 'string', value: 'P', description: 'the probability of collapse to stay below' },
    confidence: { type: 'string', value: 'C', description: 'confidence of the verdict (default 0.95)' },
    file: { type: 'string', value: 'FILE', description: 'sweep file with the setting and the widths (default: the default setting, all widths that have trials)' },
    json: JSON_OPTION,
  },
  run: async ({ options, configuration, terminal, log }) => {
    const depth = options.required('depth', 2, LIMITS.depth)
    const question = { below: options.probability('below') ?? options.missing('below'), confidence: options.probability('confidence') ?? 0.95 }
    const file = options.text('file')
    const cells = file === null ? null : await widthsOf(file, depth)
    return withInstallation({ configuration, log }, async (installation) => {
      const document = await installation.safeWidth({ depth, cells, ...question })
      await terminal.data(options.flag('json') ? `${JSON.stringify(document, null, 2)}\n` : safeWidthText(document))
      return document.width === null ? EXIT.verdict : EXIT.ok
    })
  },
}

/** The widths and the setting of a file, at the depth asked for. */
async function widthsOf(path: string, depth: number): Promise<readonly GridCell[]> {
  const source = await readSource(path)
  const grid = 'grid' in source && typeof source.grid === 'object' ? { ...source.grid, depth } : source
  const { cells } = parseSweep({ ...source, grid })
  const widths = new Set(cells.map(({ spec }) => spec.width))
  if (widths.size === cells.length) return cells
  throw new CollapsarError('usage', `${path} sweeps other fields beside the grid; accepted: a file with one setting, for one answer`)
}

function safeWidthText(document: SafeWidthDocument): string {
  const { depth, below, confidence, setting, evidence } = document
  const claim = `P(collapse) < ${percent(below)} at ${percent(confidence)} confidence`
  const lines = [
    verdictSentence(document, claim),
    '',
    ...evidence.map(evidenceLine),
    ...missingLines(document),
    ...provedLines(document),
    '',
    `Setting: ${setting}, depth ${depth}.`,
    'Widths are tested from the widest on, each at the full level, until one is not shown safe; valid however often one looks.',
  ]
  return `${lines.join('\n')}\n`
}

function verdictSentence({ depth, width, evidence }: SafeWidthDocument, claim: string): string {
  const last = evidence.at(-1)
  if (width !== null) return `Depth ${depth}: width ${width} is safe: ${claim}.`
  if (last?.verdict === 'unsafe') return `Depth ${depth}: no width is safe; already width ${last.width}, the widest, is not: ${claim} is refuted.`
  return `Depth ${depth}: undecided; the widest width ${last?.width ?? '?'} is not shown safe yet: ${claim}.`
}

function evidenceLine({ width, trials, collapsed, gaps, upperBound, verdict }: WidthEvidence): string {
  const lost = gaps === 0 ? '' : `, ${gaps} lost`
  return `  width ${String(width).padStart(3)}  ${verdict.padEnd(9)}  ${collapsed} of ${trials} trials collapsed${lost}; P(collapse) < ${percent(upperBound)}`
}

function missingLines({ missing }: SafeWidthDocument): string[] {
  if (missing === null) return []
  return [`At its present rate, width ${missing.width} would be shown ${missing.toward} after about ${missing.trials} more trials.`]
}

function provedLines({ bornDeadProved, below }: SafeWidthDocument): string[] {
  if (bornDeadProved === null) return []
  return [`Proved of being born dead alone: at most ${percent(below)} from width ${bornDeadProved} on; deaths in training come on top.`]
}

function percent(probability: number): string {
  return `${Number((100 * probability).toPrecision(4))}%`
}
