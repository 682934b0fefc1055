-- Where a worker runs and what it has in hand.

ALTER TABLE "workers" ADD COLUMN "host" TEXT NOT NULL DEFAULT '';
ALTER TABLE "workers" ADD COLUMN "pid" INTEGER;
ALTER TABLE "workers" ADD COLUMN "chunks" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

-- A worker that recorded nothing is forgotten: whether it recorded anything must not take a look at every block.
CREATE INDEX IF NOT EXISTS "blocks_worker_idx" ON "blocks"("worker");
