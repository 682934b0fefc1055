#!/bin/sh
# Creates or updates the roles of roles.sql with the passwords of this installation.
set -eu
PGPASSWORD=$(cat /run/secrets/postgres-password)
export PGPASSWORD
psql --set ON_ERROR_STOP=1 --quiet \
  --set service_password="$(cat /run/secrets/service-password)" \
  --set worker_password="$(cat /run/secrets/worker-password)" \
  --file /roles.sql
