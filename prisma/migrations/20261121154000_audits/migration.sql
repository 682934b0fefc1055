-- Trust in workers: blocks that are trained again elsewhere, votes on their digests, what was withdrawn; and replays on request.

-- One row. The secret decides which blocks are drawn: a worker's role needs no right to read it, as the trigger below runs with
-- the rights of the owner.
CREATE TABLE "audit_rule" (
    "only" BOOLEAN NOT NULL DEFAULT TRUE,
    "share" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "secret" BYTEA NOT NULL,
    CONSTRAINT "audit_rule_pkey" PRIMARY KEY ("only"),
    CONSTRAINT "audit_rule_only_check" CHECK ("only"),
    CONSTRAINT "audit_rule_share_check" CHECK ("share" BETWEEN 0 AND 1)
);
INSERT INTO "audit_rule" ("secret") VALUES (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

CREATE TABLE "audits" (
    "id" SERIAL NOT NULL,
    "cell" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "author" INTEGER,
    "digest" BYTEA NOT NULL,
    "cause" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "agreed" BYTEA,
    "holder" INTEGER,
    "lease_until" TIMESTAMPTZ(6),
    "failures" SMALLINT NOT NULL DEFAULT 0,
    "reason" TEXT,
    "opened_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decided_at" TIMESTAMPTZ(6),
    CONSTRAINT "audits_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audits_cause_check" CHECK ("cause" IN ('drawn', 'conflict')),
    CONSTRAINT "audits_state_check" CHECK ("state" IN ('open', 'match', 'mismatch', 'withdrawn', 'given_up')),
    CONSTRAINT "audits_decided_check" CHECK (("state" = 'open') = ("decided_at" IS NULL)),
    CONSTRAINT "audits_agreed_check" CHECK (("state" IN ('match', 'mismatch')) = ("agreed" IS NOT NULL))
);
CREATE INDEX "audits_cell_index_idx" ON "audits"("cell", "index");
-- At most one open audit of a block; and what a worker that asks for one looks through.
CREATE UNIQUE INDEX "audits_open_key" ON "audits"("cell", "index") WHERE "state" = 'open';
CREATE INDEX "audits_open_idx" ON "audits"("id") WHERE "state" = 'open';

CREATE TABLE "audit_votes" (
    "audit" INTEGER NOT NULL,
    "worker" INTEGER NOT NULL,
    "arbiter" BOOLEAN NOT NULL DEFAULT FALSE,
    "digest" BYTEA NOT NULL,
    "engine" TEXT NOT NULL,
    "cast_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT "audit_votes_pkey" PRIMARY KEY ("audit", "worker", "arbiter")
);

CREATE TABLE "withdrawals" (
    "id" SERIAL NOT NULL,
    "worker" INTEGER,
    "cell" INTEGER,
    "index" INTEGER,
    "audit" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "blocks" INTEGER NOT NULL DEFAULT 0,
    "cells" INTEGER NOT NULL DEFAULT 0,
    "opened_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),
    CONSTRAINT "withdrawals_pkey" PRIMARY KEY ("id"),
    -- All blocks of a worker, or one block that no worker is known for.
    CONSTRAINT "withdrawals_what_check" CHECK (("worker" IS NULL) = ("cell" IS NOT NULL) AND ("cell" IS NULL) = ("index" IS NULL))
);
CREATE UNIQUE INDEX "withdrawals_worker_key" ON "withdrawals"("worker");
CREATE INDEX "withdrawals_open_idx" ON "withdrawals"("id") WHERE "finished_at" IS NULL;

CREATE TABLE "replays" (
    "id" TEXT NOT NULL,
    "cell" INTEGER NOT NULL,
    "trial" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "lease_until" TIMESTAMPTZ(6),
    "failures" SMALLINT NOT NULL DEFAULT 0,
    "reason" TEXT,
    "result" JSON,
    "requested_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),
    CONSTRAINT "replays_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "replays_trial_check" CHECK ("trial" >= 0),
    CONSTRAINT "replays_state_check" CHECK ("state" IN ('pending', 'done', 'failed')),
    CONSTRAINT "replays_finished_check" CHECK (("state" = 'pending') = ("finished_at" IS NULL)),
    CONSTRAINT "replays_result_check" CHECK (("state" = 'done') = ("result" IS NOT NULL))
);
-- One pending wish for a trial, whoever asks for it.
CREATE UNIQUE INDEX "replays_pending_key" ON "replays"("cell", "trial") WHERE "state" = 'pending';
CREATE INDEX "replays_pending_idx" ON "replays"("requested_at") WHERE "state" = 'pending';
CREATE INDEX "replays_finished_at_idx" ON "replays"("finished_at");

ALTER TABLE "workers" ADD COLUMN "reason" TEXT;

ALTER TABLE "audits" ADD CONSTRAINT "audits_cell_fkey" FOREIGN KEY ("cell") REFERENCES "cells"("key") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "audits" ADD CONSTRAINT "audits_author_fkey" FOREIGN KEY ("author") REFERENCES "workers"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "audit_votes" ADD CONSTRAINT "audit_votes_audit_fkey" FOREIGN KEY ("audit") REFERENCES "audits"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "audit_votes" ADD CONSTRAINT "audit_votes_worker_fkey" FOREIGN KEY ("worker") REFERENCES "workers"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "withdrawals" ADD CONSTRAINT "withdrawals_worker_fkey" FOREIGN KEY ("worker") REFERENCES "workers"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "withdrawals" ADD CONSTRAINT "withdrawals_cell_fkey" FOREIGN KEY ("cell") REFERENCES "cells"("key") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "replays" ADD CONSTRAINT "replays_cell_fkey" FOREIGN KEY ("cell") REFERENCES "cells"("key") ON DELETE CASCADE ON UPDATE CASCADE;

-- Opens the audit of a recorded block, with its author's vote; nothing where one is open, and nothing where bits are not
-- comparable between machines.
CREATE FUNCTION open_audit(audited_cell INTEGER, audited_index INTEGER, why TEXT) RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  opened INTEGER;
BEGIN
  INSERT INTO audits (cell, index, author, digest, cause)
  SELECT blocks.cell, blocks.index, blocks.worker, blocks.digest, why FROM blocks JOIN cells ON cells.key = blocks.cell
  WHERE blocks.cell = audited_cell AND blocks.index = audited_index AND cells.spec ->> 'numerics' ~ '^(ieee-|f16/|bf16/)'
  ON CONFLICT DO NOTHING RETURNING id INTO opened;
  INSERT INTO audit_votes (audit, worker, digest, engine)
  SELECT opened, blocks.worker, blocks.digest, engines.id || ' ' || engines.version
  FROM blocks JOIN engines ON engines.key = blocks.engine
  WHERE opened IS NOT NULL AND blocks.cell = audited_cell AND blocks.index = audited_index AND blocks.worker IS NOT NULL;
  RETURN opened;
END $$;

-- In the transaction that records the block, whichever statement that is: no block slips by. The draw is a function of the
-- block and the secret, so a repeated training is drawn again, and nobody can choose what is looked at.
CREATE FUNCTION draw_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  rule audit_rule%ROWTYPE;
BEGIN
  SELECT * INTO rule FROM audit_rule;
  IF rule.share > 0 AND rule.share * 4294967296 > ('x' || left(encode(
      sha256(rule.secret || int4send(NEW.cell) || int4send(NEW.index)), 'hex'), 8))::bit(32)::bigint THEN
    PERFORM open_audit(NEW.cell, NEW.index, 'drawn');
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "blocks_draw_audit" AFTER INSERT ON "blocks" FOR EACH ROW WHEN (NEW."worker" IS NOT NULL) EXECUTE FUNCTION draw_audit();
