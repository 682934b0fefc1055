import { SafeWidth, SafeWidthQuery } from '@collapsar/client'
import type { Store } from '@collapsar/store'
import { CollapsarError, safeWidthDocument, safeWidthOfSetting } from '@collapsar/sweep'
import { answeredCells, refuseSettingsOfSweep } from '../answered-cells.ts'
import type { Api } from '../api.ts'
import { settingTexts } from '../cell-filter.ts'
import { documentAnswers, sendDocument } from '../send-document.ts'

/** The smallest width at which collapse is rarer than asked, of a sweep or of a setting. */
export function safeWidthRoute(app: Api, store: Store): void {
  app.get(
    '/v1/safe-width',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'The smallest safe width of a depth, with its evidence or what is missing',
        operationId: 'safeWidth',
        querystring: SafeWidthQuery,
        response: documentAnswers('the answer', SafeWidth),
      },
    },
    async (request, reply) => {
      const { depth, below, confidence = '0.95', sweep, ...settings } = request.query
      refuseSettingsOfSweep({ sweep, ...settings })
      const question = { below: Number(below), confidence: Number(confidence) }
      const advice = 'submit a sweep of it, or ask for another setting.'
      const answer =
        sweep === undefined
          ? await safeWidthOfSetting(store, { depth: Number(depth), texts: settingTexts(settings), advice }, question)
          : safeWidthDocument(await widthsOfSweep(store, sweep, Number(depth)), question)
      return sendDocument(request, reply, answer)
    },
  )
}

/** @throws CollapsarError `conflict` for a sweep of several settings, as the answer is about one */
async function widthsOfSweep(store: Store, sweep: string, depth: number) {
  const cells = await answeredCells(store, { sweep }, { depth: [{ low: depth, high: depth }] })
  const widths = new Set(cells.map(({ counts }) => counts.spec.width))
  if (widths.size === cells.length) return cells.map(({ counts }) => counts)
  throw new CollapsarError('conflict', `The sweep "${sweep}" sweeps other fields beside the grid; ask for one of its settings instead.`)
}
