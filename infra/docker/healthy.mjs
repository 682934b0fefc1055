// Exits 0 when the service of this container answers: COLLAPSAR_HEALTH_PORT, or the port of the API.
const port = Number(process.env.COLLAPSAR_HEALTH_PORT ?? 7070)
const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2500) }).catch(() => null)
process.exit(answer?.ok === true ? 0 : 1)
