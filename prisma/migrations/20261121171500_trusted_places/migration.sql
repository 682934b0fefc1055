-- A quarantine holds for the place of the worker (machine, kind of engine, device) until somebody trusts the place again.

ALTER TABLE "workers" ADD COLUMN "trusted_at" TIMESTAMPTZ(6);

-- What every heartbeat asks.
CREATE INDEX "workers_quarantined_idx" ON "workers"("host", "engine", "device")
  WHERE "state" = 'quarantined' AND "trusted_at" IS NULL AND "host" <> '';
