-- Cells are found by their estimate: counts of the prefix as integers, which the database itself works out of the tally whenever
-- that is written, so that the two never disagree, whoever writes.

-- Sum of the integers at the places [first, last] of a tally: after one byte for the format, LEB128 integers
-- (packages/sweep/src/tally.ts): the trials, then the eight outcomes. NULL for another format.
CREATE FUNCTION "tally_sum"("tally" BYTEA, "first" INTEGER, "last" INTEGER) RETURNS BIGINT
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  total BIGINT := 0;
  place INTEGER := 0;
  bits INTEGER := 0;
  piece INTEGER;
BEGIN
  IF octet_length(tally) < 2 OR get_byte(tally, 0) <> 1 THEN
    RETURN NULL;
  END IF;
  FOR i IN 1 .. octet_length(tally) - 1 LOOP
    EXIT WHEN place > last;
    piece := get_byte(tally, i);
    IF place >= first THEN
      total := total + ((piece & 127)::bigint << bits);
    END IF;
    IF piece < 128 THEN
      place := place + 1;
      bits := 0;
    ELSE
      bits := bits + 7;
    END IF;
  END LOOP;
  RETURN total;
END
$$;

-- Neither is in an index: each recorded chunk changes them, and an index would keep that update from being done in place (HOT).
ALTER TABLE "cells" ADD COLUMN "trials" BIGINT GENERATED ALWAYS AS ("tally_sum"("tally", 0, 0)) STORED;
ALTER TABLE "cells" ADD COLUMN "collapsed" BIGINT GENERATED ALWAYS AS ("tally_sum"("tally", 1, 3)) STORED;

-- The order in which cells are listed, page by page; no update ever touches it.
CREATE INDEX "cells_depth_width_key_idx" ON "cells"("depth", "width", "key");
