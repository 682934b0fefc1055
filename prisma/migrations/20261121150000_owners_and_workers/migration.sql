-- Whose a sweep is and in which order sweeps are served; and which worker trained a block.

ALTER TABLE "sweeps" ADD COLUMN "owner" TEXT NOT NULL DEFAULT 'local';
ALTER TABLE "sweeps" ADD COLUMN "tags" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
ALTER TABLE "sweeps" ADD COLUMN "priority" SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE "sweeps" ADD CONSTRAINT "sweeps_priority_check" CHECK ("priority" BETWEEN -10 AND 10);
ALTER TABLE "sweeps" DROP CONSTRAINT "sweeps_state_check";
ALTER TABLE "sweeps" ADD CONSTRAINT "sweeps_state_check" CHECK ("state" IN ('active', 'paused', 'done', 'cancelled'));
ALTER TABLE "sweeps" DROP CONSTRAINT "sweeps_finished_check";
ALTER TABLE "sweeps" ADD CONSTRAINT "sweeps_finished_check" CHECK (("state" IN ('active', 'paused')) = ("finished_at" IS NULL));
-- Two owners may use the same key.
DROP INDEX "sweeps_idempotency_key_key";
CREATE UNIQUE INDEX "sweeps_owner_idempotency_key_key" ON "sweeps"("owner", "idempotency_key");
CREATE INDEX "sweeps_tags_idx" ON "sweeps" USING GIN ("tags");

-- A worker's row outlives the worker once it has recorded a block.
ALTER TABLE "workers" ADD COLUMN "key" SERIAL NOT NULL;
CREATE UNIQUE INDEX "workers_key_key" ON "workers"("key");
ALTER TABLE "workers" ADD COLUMN "state" TEXT NOT NULL DEFAULT 'active';
ALTER TABLE "workers" ADD CONSTRAINT "workers_state_check" CHECK ("state" IN ('active', 'draining', 'gone', 'quarantined'));
ALTER TABLE "workers" ADD COLUMN "device" TEXT NOT NULL DEFAULT '';
ALTER TABLE "workers" ADD COLUMN "version" TEXT NOT NULL DEFAULT '';
ALTER TABLE "workers" ADD COLUMN "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP;

ALTER TABLE "blocks" ADD COLUMN "worker" INTEGER;
ALTER TABLE "blocks" ADD CONSTRAINT "blocks_worker_fkey" FOREIGN KEY ("worker") REFERENCES "workers"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
