-- Who may ask for what. A row is never deleted: once a key exists, the service asks for one for ever.

CREATE TABLE "api_keys" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "scopes" TEXT[] NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),
    "last_used_at" TIMESTAMPTZ(6),
    "max_cells" INTEGER,
    "max_trials" BIGINT,
    "max_device_seconds" DOUBLE PRECISION,
    "max_active_sweeps" INTEGER,
    "requests_per_minute" INTEGER,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "api_keys_hash_check" CHECK (octet_length("hash") = 32),
    CONSTRAINT "api_keys_scopes_check" CHECK (cardinality("scopes") > 0 AND "scopes" <@ ARRAY['read', 'submit', 'admin', 'worker']),
    -- What a JavaScript number holds exactly.
    CONSTRAINT "api_keys_quotas_check" CHECK ("max_cells" > 0 AND "max_trials" BETWEEN 1 AND 9007199254740991
      AND "max_device_seconds" > 0 AND "max_active_sweeps" > 0 AND "requests_per_minute" > 0)
);

CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");
CREATE INDEX "api_keys_created_at_id_idx" ON "api_keys"("created_at" DESC, "id");
-- Active sweeps of an owner, which are counted at every submit of a key with that quota.
CREATE INDEX "sweeps_owner_state_idx" ON "sweeps"("owner", "state");
