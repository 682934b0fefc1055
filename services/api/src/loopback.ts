import { isIP } from 'node:net'

/** Whether a host, as written in an address to listen on or in a Host header without port, is this machine itself. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  if (name === 'localhost') return true
  const family = isIP(name)
  if (family === 4) return name.startsWith('127.')
  return family === 6 && (name === '::1' || name.startsWith('::ffff:127.'))
}

/** Host of a Host header, without its port. */
export function hostWithoutPort(header: string): string {
  return header.replace(/:\d*$/, '')
}
