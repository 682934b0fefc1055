-- The tables of schema.prisma, plus what Prisma cannot express: storage parameters and checks.

CREATE TABLE "engines" (
    "key" SMALLSERIAL NOT NULL,
    "id" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    CONSTRAINT "engines_pkey" PRIMARY KEY ("key")
);
CREATE UNIQUE INDEX "engines_id_version_key" ON "engines"("id", "version");

CREATE TABLE "cells" (
    "key" SERIAL NOT NULL,
    "id" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "depth" INTEGER NOT NULL,
    "width" INTEGER NOT NULL,
    "prefix_blocks" INTEGER NOT NULL DEFAULT 0,
    "prefix_gaps" INTEGER NOT NULL DEFAULT 0,
    "tally" BYTEA NOT NULL,
    "engines" SMALLINT[] NOT NULL DEFAULT ARRAY[]::SMALLINT[],
    "measured_seconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "measured_blocks" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "cells_pkey" PRIMARY KEY ("key"),
    CONSTRAINT "cells_prefix_check" CHECK ("prefix_gaps" BETWEEN 0 AND "prefix_blocks")
);
CREATE UNIQUE INDEX "cells_id_key" ON "cells"("id");
-- Every recorded chunk updates its cell: room on the page keeps the update in place (HOT), without new index entries.
ALTER TABLE "cells" SET (fillfactor = 60);

-- The narrow columns first and the wide one last: no padding, and 1-byte lengths for digest and tally.
CREATE TABLE "blocks" (
    "cell" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "engine" SMALLINT NOT NULL,
    "digest" BYTEA NOT NULL,
    "tally" BYTEA NOT NULL,
    "columns" BYTEA NOT NULL,
    CONSTRAINT "blocks_pkey" PRIMARY KEY ("cell", "index"),
    CONSTRAINT "blocks_index_check" CHECK ("index" >= 0),
    CONSTRAINT "blocks_digest_check" CHECK (octet_length("digest") = 32)
);
-- A row is 1.4 to 2.4 KB and stays in one piece on its page: out of line, it would cost a second row and two index
-- entries more. EXTERNAL: the columns are deflated already, to compress them again is wasted time.
ALTER TABLE "blocks" ALTER COLUMN "columns" SET STORAGE EXTERNAL;
ALTER TABLE "blocks" ALTER COLUMN "tally" SET STORAGE EXTERNAL;
ALTER TABLE "blocks" ALTER COLUMN "digest" SET STORAGE EXTERNAL;
ALTER TABLE "blocks" SET (toast_tuple_target = 8160);

CREATE TABLE "gaps" (
    "cell" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    CONSTRAINT "gaps_pkey" PRIMARY KEY ("cell", "index"),
    CONSTRAINT "gaps_index_check" CHECK ("index" >= 0)
);

CREATE TABLE "chunks" (
    "number" BIGSERIAL NOT NULL,
    "id" TEXT NOT NULL,
    "cell" INTEGER NOT NULL,
    "engine" TEXT NOT NULL,
    "first_block" INTEGER NOT NULL,
    "blocks" INTEGER NOT NULL,
    "attempts" SMALLINT NOT NULL DEFAULT 0,
    "reason" TEXT,
    "issued_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "chunks_pkey" PRIMARY KEY ("number"),
    CONSTRAINT "chunks_engine_check" CHECK ("engine" IN ('cpu', 'cuda', 'webgpu', 'tfjs')),
    CONSTRAINT "chunks_range_check" CHECK ("first_block" >= 0 AND "blocks" >= 1)
);
CREATE UNIQUE INDEX "chunks_id_key" ON "chunks"("id");
CREATE INDEX "chunks_cell_first_block_idx" ON "chunks"("cell", "first_block");

CREATE TABLE "sweeps" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active',
    "source" JSON NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),
    "reused" BIGINT NOT NULL,
    "idempotency_key" TEXT,
    "request_digest" BYTEA NOT NULL,
    CONSTRAINT "sweeps_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "sweeps_state_check" CHECK ("state" IN ('active', 'done', 'cancelled')),
    CONSTRAINT "sweeps_finished_check" CHECK (("state" = 'active') = ("finished_at" IS NULL))
);
CREATE UNIQUE INDEX "sweeps_idempotency_key_key" ON "sweeps"("idempotency_key");
CREATE INDEX "sweeps_created_at_id_idx" ON "sweeps"("created_at" DESC, "id");
CREATE INDEX "sweeps_state_idx" ON "sweeps"("state");

CREATE TABLE "sweep_cells" (
    "sweep" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "cell" INTEGER NOT NULL,
    "inits" INTEGER NOT NULL,
    "goal_blocks" INTEGER NOT NULL,
    "tally" BYTEA,
    "gaps" INTEGER NOT NULL DEFAULT 0,
    "digest" BYTEA,
    "engines" SMALLINT[] NOT NULL DEFAULT ARRAY[]::SMALLINT[],
    CONSTRAINT "sweep_cells_pkey" PRIMARY KEY ("sweep", "position"),
    CONSTRAINT "sweep_cells_goal_check" CHECK ("inits" >= 0 AND "goal_blocks" = ("inits" + 99) / 100),
    CONSTRAINT "sweep_cells_frozen_check" CHECK (("tally" IS NULL) = ("digest" IS NULL))
);
CREATE INDEX "sweep_cells_cell_goal_blocks_idx" ON "sweep_cells"("cell", "goal_blocks");

CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "threads" INTEGER NOT NULL,
    "flops_per_second" DOUBLE PRECISION,
    "last_seen" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "workers_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "workers_engine_check" CHECK ("engine" IN ('cpu', 'cuda', 'webgpu', 'tfjs'))
);
CREATE INDEX "workers_last_seen_idx" ON "workers"("last_seen");

ALTER TABLE "blocks" ADD CONSTRAINT "blocks_cell_fkey" FOREIGN KEY ("cell") REFERENCES "cells"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "blocks" ADD CONSTRAINT "blocks_engine_fkey" FOREIGN KEY ("engine") REFERENCES "engines"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "gaps" ADD CONSTRAINT "gaps_cell_fkey" FOREIGN KEY ("cell") REFERENCES "cells"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "chunks" ADD CONSTRAINT "chunks_cell_fkey" FOREIGN KEY ("cell") REFERENCES "cells"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "sweep_cells" ADD CONSTRAINT "sweep_cells_sweep_fkey" FOREIGN KEY ("sweep") REFERENCES "sweeps"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "sweep_cells" ADD CONSTRAINT "sweep_cells_cell_fkey" FOREIGN KEY ("cell") REFERENCES "cells"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
