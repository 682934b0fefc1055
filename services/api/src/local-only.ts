import { CollapsarError } from '@collapsar/sweep'
import type { FastifyRequest } from 'fastify'
import { hostWithoutPort, isLoopback } from './loopback.ts'

/**
 * Without API keys the service trusts whoever can reach the loopback address. A web page can, too: by a name of its own that it
 * points at 127.0.0.1 (DNS rebinding), or by a form that posts across sites. Both show in headers that a page cannot forge.
 * @throws CollapsarError `not-allowed`
 */
export function requireLocal(request: FastifyRequest): void {
  const { host, origin } = request.headers
  if (host !== undefined && !isLoopback(hostWithoutPort(host))) {
    throw new CollapsarError('not-allowed', `The request is for the host ${JSON.stringify(host)}; accepted: localhost and loopback addresses.`)
  }
  if (origin !== undefined && !isLocalOrigin(origin)) {
    throw new CollapsarError('not-allowed', `The request comes from ${JSON.stringify(origin)}; accepted: pages of this machine.`)
  }
}

function isLocalOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname)
}
