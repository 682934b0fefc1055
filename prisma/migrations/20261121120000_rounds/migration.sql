-- Sweeps whose goals grow round by round, and the log of what was decided.

ALTER TABLE "sweeps" ADD COLUMN "adaptive" BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE "rounds" (
    "sweep" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "inits" INTEGER[] NOT NULL,
    "decided_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "rounds_pkey" PRIMARY KEY ("sweep", "number"),
    CONSTRAINT "rounds_number_check" CHECK ("number" >= 1)
);
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_sweep_fkey" FOREIGN KEY ("sweep") REFERENCES "sweeps"("id") ON DELETE CASCADE ON UPDATE CASCADE;
