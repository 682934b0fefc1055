-- What sweeps were asked for after they had been submitted: a log, the last row of a sweep is what holds.

CREATE TABLE "extensions" (
    "sweep" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "inits" INTEGER,
    "max_inits" INTEGER,
    "max_device_seconds" DOUBLE PRECISION,
    "asked_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "extensions_pkey" PRIMARY KEY ("sweep", "number"),
    CONSTRAINT "extensions_number_check" CHECK ("number" >= 1),
    -- A number of trials, or the bounds of the rounds.
    CONSTRAINT "extensions_kind_check" CHECK (("inits" IS NULL) <> ("max_inits" IS NULL) AND ("inits" IS NULL OR "max_device_seconds" IS NULL))
);
ALTER TABLE "extensions" ADD CONSTRAINT "extensions_sweep_fkey" FOREIGN KEY ("sweep") REFERENCES "sweeps"("id") ON DELETE CASCADE ON UPDATE CASCADE;
