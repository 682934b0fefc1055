-- Which cells' counts changed in which transaction, so that whoever remembers the counts of a sweep learns what became of them by looking
-- at what changed since, not at every cell. Rows are only ever added, so recorders of different cells do not wait for each other here;
-- those of ten minutes ago are of no use to anybody, and the planner deletes them.

CREATE TABLE "count_changes" (
    -- pg_current_xact_id() of who wrote the row; visible to others with the change itself.
    "transaction" BIGINT NOT NULL DEFAULT ("pg_current_xact_id"()::text::bigint),
    "number" BIGINT GENERATED ALWAYS AS IDENTITY,
    "cells" INTEGER[] NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT "clock_timestamp"(),
    CONSTRAINT "count_changes_pkey" PRIMARY KEY ("transaction", "number")
);

-- Once a statement, whichever statement that is: no change slips by. With the rights of the owner: a worker's role needs none here.
CREATE FUNCTION note_cell_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO count_changes (cells) SELECT array_agg(key) FROM changed HAVING count(*) > 0;
  RETURN NULL;
END $$;

CREATE FUNCTION note_wish_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO count_changes (cells) SELECT array_agg(DISTINCT cell) FROM changed HAVING count(*) > 0;
  RETURN NULL;
END $$;

CREATE TRIGGER "cells_note_changes" AFTER UPDATE ON "cells" REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION note_cell_changes();
CREATE TRIGGER "sweep_cells_note_changes" AFTER UPDATE ON "sweep_cells" REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION note_wish_changes();
