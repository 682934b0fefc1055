-- What the services may do in the database, each with a login of its own and no more than it needs. Run as the owner of the
-- tables after every migration:
--   psql --set ON_ERROR_STOP=1 --set service_password=... --set worker_password=... --file roles.sql
-- Safe to run again: a role that exists gets the password and the rights of this file.

SELECT format('CREATE ROLE %I LOGIN', name) FROM (VALUES ('collapsar_service'), ('collapsar_worker')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE collapsar_service WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'service_password';
ALTER ROLE collapsar_worker WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'worker_password';

-- Nobody but the owner makes tables.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO collapsar_service, collapsar_worker;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM collapsar_service, collapsar_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO collapsar_service, collapsar_worker;
GRANT SELECT ON "_prisma_migrations" TO collapsar_service, collapsar_worker;

-- The API and the planner write wishes, claims, states and keys; recorded blocks they may withdraw, not change. What was said in
-- audits stays, and which blocks are audited nobody reads: that is decided by functions that run with the rights of the owner.
GRANT SELECT, INSERT, UPDATE, DELETE ON cells, sweeps, sweep_cells, rounds, extensions, chunks, gaps, measurements, engines, workers, replays TO collapsar_service;
GRANT SELECT, INSERT, DELETE ON blocks TO collapsar_service;
GRANT SELECT, INSERT, UPDATE ON audits, audit_votes, withdrawals, api_keys TO collapsar_service;
GRANT SELECT, DELETE ON count_changes TO collapsar_service;
GRANT SELECT (share), UPDATE (share) ON audit_rule TO collapsar_service;

-- A worker records: it adds blocks and moves what is counted, and it forgets its claims. It votes on what others recorded, which may
-- begin a withdrawal, and carries out replays. It reads no key.
GRANT SELECT ON cells, sweeps, sweep_cells, rounds, extensions, chunks, gaps, measurements, engines, workers, blocks, audits, audit_votes, withdrawals, replays
  TO collapsar_worker;
GRANT INSERT ON blocks, measurements, engines, workers, chunks, gaps, audit_votes, withdrawals TO collapsar_worker;
GRANT UPDATE ON cells, sweep_cells, chunks, workers, measurements, audits, replays TO collapsar_worker;
GRANT DELETE ON chunks, gaps TO collapsar_worker;
