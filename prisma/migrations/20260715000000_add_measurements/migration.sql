-- Measurement sets: what a sweep asks for beside the base records, and what was measured, a row per block and set.

ALTER TABLE "sweeps" ADD COLUMN "measure" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

CREATE TABLE "measurements" (
    "cell" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "version" SMALLINT NOT NULL,
    "set" TEXT NOT NULL,
    "digest" BYTEA,
    "reason" TEXT,
    "data" BYTEA,
    -- One set of one cell lies together: that is how sets are read and how what lacks is found.
    CONSTRAINT "measurements_pkey" PRIMARY KEY ("cell", "set", "version", "index"),
    CONSTRAINT "measurements_index_check" CHECK ("index" >= 0),
    CONSTRAINT "measurements_digest_check" CHECK (octet_length("digest") = 32),
    CONSTRAINT "measurements_given_up_check" CHECK (("reason" IS NULL) = ("data" IS NOT NULL) AND ("data" IS NULL) = ("digest" IS NULL))
);
-- EXTERNAL: the data are deflated already. Up to 2 KB stay on the page, more goes out of line, where four pieces fill a page.
ALTER TABLE "measurements" ALTER COLUMN "data" SET STORAGE EXTERNAL;
ALTER TABLE "measurements" ALTER COLUMN "digest" SET STORAGE EXTERNAL;

ALTER TABLE "measurements" ADD CONSTRAINT "measurements_cell_fkey" FOREIGN KEY ("cell") REFERENCES "cells"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
