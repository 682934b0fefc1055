import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/**
 * What the processes of an installation tell Prometheus. No sweep and no cell is ever a label: there are millions of them. Times are
 * in seconds, sizes in bytes.
 */
export interface Metrics {
  /** Trials recorded for the first time: by outcome and engine. */
  readonly trials: Counter<'outcome' | 'engine'>
  /** Blocks by what became of them: recorded, duplicate, gap. */
  readonly blocks: Counter<'result'>
  readonly chunkSeconds: Histogram<'engine'>
  readonly commitSeconds: Histogram
  /** Claimed work that is not recorded, those chunks included that are being trained: what an autoscaler follows. */
  readonly outstandingSeconds: Gauge<'engine'>
  /** From a chunk's claim until the queue had it. */
  readonly feederLagSeconds: Gauge
  /** Audited blocks: match, mismatch. */
  readonly audits: Counter<'result'>
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>
  readonly eventStreams: Gauge
  readonly redisBytes: Gauge
  /** Everything, in the text format of Prometheus. */
  text(): Promise<string>
  readonly contentType: string
}

const CHUNK_BUCKETS = [0.1, 0.3, 1, 3, 5, 10, 15, 30, 60, 300, 3600]
const FAST_BUCKETS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 1, 3, 10]

/** Metrics of one process, in a registry of their own: two services in one process share them. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const named = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) => ({
    name: `collapsar_${name}`,
    help,
    labelNames: [...labelNames],
    registers,
  })
  return {
    trials: new Counter(named('trials_total', 'Trials recorded for the first time', ['outcome', 'engine'])),
    blocks: new Counter(named('blocks_total', 'Blocks by what became of them', ['result'])),
    chunkSeconds: new Histogram({
      ...named('chunk_duration_seconds', 'Training and measuring of one chunk', ['engine']),
      buckets: CHUNK_BUCKETS,
    }),
    commitSeconds: new Histogram({ ...named('commit_duration_seconds', 'Recording of one chunk in the database'), buckets: FAST_BUCKETS }),
    outstandingSeconds: new Gauge(named('outstanding_work_seconds', 'Claimed work that is not recorded, in worker seconds', ['engine'])),
    feederLagSeconds: new Gauge(named('feeder_lag_seconds', 'From the claim of a chunk until the queue had it')),
    audits: new Counter(named('audit_total', 'Blocks that were trained again to compare', ['result'])),
    requestSeconds: new Histogram({
      ...named('http_request_duration_seconds', 'Answers by route', ['method', 'route', 'status']),
      buckets: FAST_BUCKETS,
    }),
    eventStreams: new Gauge(named('event_streams', 'Open streams of server-sent events')),
    redisBytes: new Gauge(named('redis_memory_bytes', 'Memory that Redis uses')),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
