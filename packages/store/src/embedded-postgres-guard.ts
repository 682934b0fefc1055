import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import type { PostgresBinaries } from './embedded-postgres-binaries.ts'
import type { PostgresFolder } from './embedded-postgres-folder.ts'

/** Exit codes of the guard; others mean that a command of the shell failed. */
export const GUARD_EXIT = {
  done: 0,
  cannotLeaveRoot: 72,
  noLockCommand: 73,
  anotherGuard: 75,
  initdbFailed: 78,
  serverFailed: 79,
  foreignServer: 81,
} as const

/**
 * The guard: a shell process that owns the server of one data folder. It starts Postgres, answers the processes that
 * join and leave, and stops Postgres when the last of them is gone. Only the kernel's word is taken for who is alive, so nothing
 * can go stale, whatever is killed in whatever order:
 *
 * - `guard.lock` is locked by the guard, `server.lock` by every process of the server, which inherits the descriptor.
 *   A free `server.lock` means that no process of the last server is left: its `postmaster.pid` is then removed,
 *   because Postgres would be misled by a zombie or by a process that has got the same number.
 * - `users` is a named pipe. Each process that uses the server holds its write end; the guard reads, and gets
 *   end-of-file when the last one has closed it or died.
 * - A process that joins creates `joining-<hex>`, writes this name into the pipe, and may rely on the server once the guard has
 *   removed the file: whoever is answered holds its write end, so that end-of-file cannot come. One that opens the
 *   pipe while the guard is on its way out gets no answer, finds the pipe without a reader, and starts a guard.
 * - A process that leaves does the same with `leaving-<hex>`: removed if others may be left, renamed `last-leaving-<hex>` if not. Only
 *   the wait in `close` depends on this count, because it cannot see who was killed.
 *
 * States: taking the locks -> serving, by a server of its own or by that of a guard that was killed (exits: end-of-file ->
 * stopping; server crashed -> starting it again on the same port; server refused to start or was shut down -> exit) ->
 * stopping (fast shutdown; immediate after 30 s) -> exit.
 *
 * Root cannot run Postgres: in a user namespace it need not be root, though it keeps root's access to its own files.
 * A folder that belongs to another user is served as that user; without namespaces it is given to `nobody`.
 *
 * Arguments: data folder, initdb, postgres, port.
 */
const GUARD_SCRIPT = String.raw`
trap '' HUP INT TERM
umask 077
initdb=$2 postgres=$3 port=$4 guard=$$ nobody=65534
cd -P "$1" || exit 70

# The lock belongs to the open file, which this shell keeps: the command that takes it may end.
lock() { # descriptor, seconds
  if command -v flock >/dev/null; then flock -w "$2" "$1"; else
    perl -e 'use Fcntl ":flock"; open(my $f, ">&=", $ARGV[0]) or exit 2;
      for (0 .. $ARGV[1] * 20) { exit 0 if flock($f, LOCK_EX | LOCK_NB); select(undef, undef, undef, 0.05) } exit 1' "$1" "$2"
  fi
}

# Whether a process is the postmaster of this folder; a zombie is not.
is_server() { # pid
  [ -n "$1" ] && kill -0 "$1" 2>/dev/null || return 1
  if [ -d /proc/self ]; then
    [ "/proc/$1/cwd" -ef cluster ] || tr '\0' '\n' <"/proc/$1/cmdline" 2>/dev/null | grep -qxF "$PWD/cluster"
  else
    ps -ww -o command= -p "$1" | grep -qF "$PWD/cluster"
  fi
}

server_pid() { head -n 1 cluster/postmaster.pid 2>/dev/null; }

# Ends with server.lock held on descriptor 9. A server that is still starting is waited for, then stopped.
stop_server() {
  exec 9>server.lock
  tenths=0
  until lock 9 0.1; do
    pid=$(server_pid)
    if is_server "$pid"; then
      if [ $tenths -lt 300 ]; then kill -INT "$pid"; else kill -QUIT "$pid"; fi
    fi
    tenths=$((tenths + 1))
    [ $tenths -lt 600 ] || exit 76
  done
}

owner_of() { ls -dn "$1" 2>/dev/null | { read -r mode links uid rest; echo "$uid"; }; }

leave_root() {
  as=
  [ "$(id -u)" = 0 ] || return 0
  owner=$(owner_of .)
  namespace="unshare --user --map-user=$nobody --map-group=$nobody --"
  if [ "$owner" = 0 ] && $namespace true; then as=$namespace; return 0; fi
  [ "$owner" != 0 ] || owner=$nobody
  if [ "$(owner_of cluster)" = "$owner" ]; then chown "$owner" ./*; else chown -R "$owner" .; fi
  as="setpriv --reuid=$owner --regid=$owner --clear-groups --"
  $as test -x "$postgres" && $as test -x "$PWD" || exit 72
}

initialize() {
  rm -rf cluster.new
  $as "$initdb" -D "$PWD/cluster.new" --username=collapsar --pwfile=password --auth=scram-sha-256 \
    --encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --no-instructions &&
    mv cluster.new cluster
}

serve() {
  rm -f cluster/postmaster.pid
  echo "$port" >port
  leave_root
  (
    exec 3<&- 8>&- </dev/null
    code=79
    if [ -d cluster ] || initialize; then
      $as "$postgres" -D "$PWD/cluster" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
        -c max_connections=100 -c shared_buffers=64MB -c max_wal_size=512MB -c wal_level=minimal -c max_wal_senders=0 \
        -c io_method=sync -c jit=off -c timezone=UTC -c log_timezone=UTC
    else code=78; fi
    exec 9>&-
    echo "ended $guard $code" 1<>users
  ) &
  exec 9>&-
}

# The server of a guard that was killed: nothing is known of its users but that they hold the pipe.
adopt() {
  echo "taking over the server of a guard that was killed"
  (
    exec 3<&- 8>&- </dev/null
    until lock 9 60; do :; done
    exec 9>&-
    echo "ended $guard 75" 1<>users
  ) &
  exec 9>&-
  users=1000000
}

join() { # request
  [ -e "$1" ] && rm "$1" && users=$((users + 1))
}

leave() { # request
  users=$((users - 1))
  if [ $users -gt 0 ]; then rm -f "$1"; else mv "$1" "last-$1"; fi
}

command -v flock >/dev/null || command -v perl >/dev/null || exit 73
exec 8>guard.lock
lock 8 0 || exit 75
if [ "$(wc -c <postgres.log)" -gt 4194304 ]; then mv postgres.log postgres.log.1; exec >>postgres.log 2>&1; fi
exec 9>server.lock
users=0
if lock 9 0; then
  ! is_server "$(server_pid)" || exit 81
  exec 4<>users 3<users 4>&-
  serve
else
  exec 4<>users 3<users 4>&-
  adopt
fi
rm -f leaving-* last-*
for request in joining-*; do join "$request"; done

while IFS= read -r line <&3; do
  case $line in
    joining-*) join "$line" ;;
    leaving-*) leave "$line" ;;
    "ended $guard "*)
      grep -q '^ready' cluster/postmaster.pid 2>/dev/null || { set -- $line; exit "$3"; }
      echo "the server was killed; starting it again"
      rm -f cluster/postmaster.pid
      stop_server
      sleep 0.5
      serve ;;
  esac
done
exec 3<&-
stop_server
`

/** A guard started by this process. */
export interface Guard {
  /** null while it runs. */
  exitCode(): number | null
  /** What was written to the log since the guard started. */
  output(): string
}

export function startGuard(folder: PostgresFolder, binaries: PostgresBinaries, port: number): Guard {
  const log = openSync(folder.log, 'a', 0o600)
  const start = statSync(folder.log).size
  const child = spawn(
    'sh',
    ['-c', GUARD_SCRIPT, 'collapsar-postgres-guard', folder.path, binaries.initdb, binaries.postgres, String(port)],
    { cwd: '/', detached: true, stdio: ['ignore', log, log], env: guardEnvironment(binaries.libraryPath) },
  )
  let failure = ''
  child.once('error', (error) => (failure = error.message))
  child.unref()
  closeSync(log)
  return {
    exitCode: () => (failure === '' ? child.exitCode ?? (child.signalCode === null ? null : 1) : 1),
    output: () => failure + logSince(folder.log, start),
  }
}

/** Nothing of the user's own `PG*` settings reaches the server. */
function guardEnvironment(libraryPath: string | null): NodeJS.ProcessEnv {
  const environment = { PATH: `${process.env['PATH'] ?? ''}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`, LC_ALL: 'C' }
  if (libraryPath === null) return environment
  return { ...environment, [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: libraryPath }
}

function logSince(path: string, start: number): string {
  const content = readFileSync(path)
  return content.subarray(start <= content.length ? start : 0).toString('utf8')
}
