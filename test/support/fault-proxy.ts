import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** When keep-alive finds the other side gone, as the planner's session asks it of Postgres: after 10 s, then three times 5 s without an answer. */
const KEEP_ALIVE_MS = 25_000

/**
 * What a network does to the bytes that pass:
 * `none` delivers them; `latency` delivers every piece so many milliseconds later, in order; `pause` holds them and new connections
 * back, and delivers them when it ends; `swallow` takes and loses them while the connections stay open (half-open), and what
 * has lost bytes once stays dead: when one side gives it up, the other one learns that by its keep-alive; `reset` breaks a connection with RST in place of that share of the pieces.
 */
export type NetworkFault =
  | { readonly kind: 'none' | 'pause' | 'swallow' }
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'reset'; readonly share: number; readonly uniform: () => number }

/** How often it struck since the proxy was opened. */
export interface Strikes {
  readonly connections: number
  readonly swallowed: number
  readonly delayed: number
  readonly held: number
  readonly resets: number
}

export interface FaultProxy {
  readonly port: number
  /** The address of the server behind it, as one of this proxy. */
  through(url: string): string
  impose(fault: NetworkFault): void
  strikes(): Strikes
  /** Breaks every connection. */
  close(): Promise<void>
}

/** What all connections of a proxy look at. */
interface Network {
  fault: NetworkFault
  readonly count: { -readonly [kind in keyof Strikes]: number }
  /** Resolves when the pause ends. */
  ended: Promise<void>
  end: () => void
}

/** A TCP proxy on a free port of 127.0.0.1 to the server of `target`, between which faults are imposed. */
export async function openFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port: targetPort } = new URL(target)
  const network: Network = {
    fault: { kind: 'none' },
    count: { connections: 0, swallowed: 0, delayed: 0, held: 0, resets: 0 },
    ended: Promise.resolve(),
    end: () => undefined,
  }
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    network.count.connections += 1
    const upstream = connect({ port: Number(targetPort), host: hostname, allowHalfOpen: true })
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true))
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', () => undefined)
    }
    const line = { dead: false }
    forward(client, upstream, { network, line })
    forward(upstream, client, { network, line })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    through: (url) => Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href,
    impose: (fault) => {
      network.end()
      network.fault = fault
      network.ended = fault.kind === 'pause' ? new Promise((resolve) => (network.end = resolve)) : Promise.resolve()
    },
    strikes: () => ({ ...network.count }),
    close: async () => {
      network.end()
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Path {
  readonly network: Network
  /** Shared by both directions: a connection that has lost bytes can only be given up. */
  readonly line: { dead: boolean }
}

/** Carries one direction until its end, which leaves the other one open; a delayed piece never overtakes another. */
function forward(from: Socket, to: Socket, { network, line }: Path): void {
  const carry = async (): Promise<void> => {
    let earlier: Promise<void> = Promise.resolve()
    try {
      for await (const piece of from.iterator({ destroyOnReturn: false })) {
        const { fault } = network
        if (fault.kind === 'latency') {
          network.count.delayed += 1
          // Each piece is under way by itself: what comes a moment later arrives a moment later.
          earlier = Promise.all([earlier, delay(fault.ms)]).then(() => void to.write(piece as Buffer))
        } else {
          await earlier
          await pass(piece as Buffer, to, { network, line })
        }
      }
      await earlier
      if (line.dead || network.fault.kind === 'swallow') {
        // The end of a stream is lost like its bytes.
        line.dead = true
        setTimeout(() => to.resetAndDestroy(), KEEP_ALIVE_MS).unref()
      } else to.end()
    } catch {
      to.destroy()
    }
  }
  void carry()
}

async function pass(piece: Buffer, to: Socket, { network, line }: Path): Promise<void> {
  const { fault, count } = network
  if (line.dead || fault.kind === 'swallow') {
    line.dead = true
    count.swallowed += 1
    return
  }
  if (fault.kind === 'pause') {
    count.held += 1
    await network.ended
  }
  if (fault.kind === 'reset' && fault.uniform() < fault.share) {
    count.resets += 1
    to.resetAndDestroy()
    throw new Error('the connection was reset')
  }
  if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')])
}
