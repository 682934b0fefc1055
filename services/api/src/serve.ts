import type { ApiKeys } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import type { FastifyBaseLogger } from 'fastify'
import type { Api } from './api.ts'
import { isLoopback } from './loopback.ts'

export interface ServeOptions {
  readonly app: Pick<Api, 'listen'> & { readonly log: Pick<FastifyBaseLogger, 'warn'> }
  readonly host: string
  readonly port: number
  /** Once there is one, every address may be listened on; absent: loopback alone. */
  readonly keys?: Pick<ApiKeys, 'exist'>
}

/**
 * Listens and gives the URL. Port 0 takes a free one.
 * @throws CollapsarError `not-allowed` for an address that others can reach while there is no API key, `port-in-use` naming host and
 *   port, `environment` when the address cannot be listened on at all.
 */
export async function serveApi({ app, host, port, keys }: ServeOptions): Promise<string> {
  if (!isLoopback(host) && (host === '' || (await keys?.exist()) !== true)) {
    throw new CollapsarError(
      'not-allowed',
      `The host is ${JSON.stringify(host)}, which others can reach; accepted without an API key: 127.0.0.1, ::1 and localhost. ` +
        'Create a key first: collapsar keys create --name NAME --scopes admin',
    )
  }
  try {
    const url = await app.listen({ host, port })
    if (!isLoopback(host)) app.log.warn({ host }, 'listening without TLS: keys are sent in clear unless a proxy adds it')
    return url
  } catch (error) {
    throw listenError(error, `${host}:${port}`)
  }
}

function listenError(error: unknown, address: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'EADDRINUSE') {
    return new CollapsarError('port-in-use', `${address} is in use by another process; choose another port.`, { cause: error })
  }
  if (code === 'EACCES') {
    return new CollapsarError('environment', `${address} may not be listened on; accepted: a port from 1024.`, { cause: error })
  }
  if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') {
    return new CollapsarError('environment', `${address} is not an address of this machine.`, { cause: error })
  }
  return error
}
