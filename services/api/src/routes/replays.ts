import { NoBody, NoQuery, Replay, ReplayPath, TrialPath } from '@collapsar/client'
import type { ReplayRecord, Store } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import type { Api } from '../api.ts'

/** Wishes to see a trial trained again. This process trains nothing: a worker carries them out. */
export function replayRoutes(app: Api, store: Store): void {
  app.post(
    '/v1/cells/:cell/trials/:index/replays',
    {
      config: { scope: 'submit' },
      schema: {
        summary: 'Ask a worker to train one trial again',
        operationId: 'requestReplay',
        params: TrialPath,
        querystring: NoQuery,
        body: NoBody,
        response: { 202: Replay },
      },
    },
    async (request, reply) => {
      const replay = await store.requestReplay(request.params.cell, Number(request.params.index))
      return reply.code(202).header('location', `/v1/replays/${replay.id}`).send(replayOf(replay))
    },
  )

  app.get(
    '/v1/replays/:id',
    {
      config: { scope: 'read' },
      schema: { summary: 'One replay and what it gave', operationId: 'replay', params: ReplayPath, querystring: NoQuery, response: { 200: Replay } },
    },
    async (request) => {
      const replay = await store.replay(request.params.id)
      if (replay === null) throw new CollapsarError('not-found', `There is no replay "${request.params.id}"; replays are kept for a week.`)
      return replayOf(replay)
    },
  )
}

function replayOf({ requestedAt, finishedAt, ...replay }: ReplayRecord): Replay {
  return { ...replay, requestedAt: requestedAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null }
}
