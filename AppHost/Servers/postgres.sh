#!/bin/sh
# A private PostgreSQL cluster on loopback, in the foreground. The cluster is created when it is missing.
# Usage: postgres.sh run|exec DIRECTORY PORT [throwaway]     environment: POSTGRES_PASSWORD (superuser postgres)
# run:  TERM stops it in order ("fast": sessions end, a checkpoint is written); the orchestrator knows no other signal.
# exec: the server takes this process's place, for tests that send it signals of their own.
set -u
verb=$1 directory=$2 port=$3 kind=${4:-durable}
fail() { echo "postgres: $1" >&2; exit 1; }

# PostgreSQL refuses root; as root its processes run as the system user postgres.
run='' owner=''
if [ "$(id -u)" -eq 0 ]; then
  run='setpriv --reuid=postgres --regid=postgres --init-groups --reset-env' owner='-o postgres -g postgres'
fi
[ -d "$directory" ] || install -d $owner -m 700 "$directory" || exit 1

# One server per directory. A server that is ending holds the lock until its last process is gone; an orphan is asked to end.
exec 9> "$directory/server.lock"
if ! flock -n 9; then
  echo "postgres: waiting for the server that still uses $directory"
  kill -INT "$(head -n 1 "$directory/data/postmaster.pid" 2> /dev/null)" 2> /dev/null
  flock -w 60 9 || fail "another server uses $directory"
fi
# Nobody runs here, so a lock file is a crash's; the process id in it may belong to somebody else by now.
rm -f "$directory/data/postmaster.pid"

# The version that made the cluster, or the newest one installed.
version=$(cat "$directory/data/PG_VERSION" 2> /dev/null || ls /usr/lib/postgresql 2> /dev/null | sort -n | tail -n 1)
programs=/usr/lib/postgresql/${version:-15}/bin
[ -x "$programs/initdb" ] || fail "PostgreSQL ${version:-15} is not installed: apt-get install postgresql-${version:-15}"

throwaway=''
[ "$kind" = durable ] || throwaway='-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off'
if [ ! -d "$directory/data" ]; then
  # Created under another name and renamed: an interrupted initdb leaves nothing that looks like a cluster.
  printf %s "$POSTGRES_PASSWORD" | $run sh -c '
    umask 077; cd "$1" && rm -rf data.new && cat > password || exit 1
    "$2/initdb" -D data.new -U postgres --auth=scram-sha-256 --pwfile=password --encoding=UTF8 --locale=C.UTF-8 \
      --no-instructions $3
    code=$?; rm -f password; [ $code -eq 0 ] && mv data.new data' sh "$directory" "$programs" \
    "$([ "$kind" = durable ] || echo --no-sync)" || fail 'the cluster could not be created'
fi

# No Unix socket: its path may be at most 107 bytes long.
set -- $run "$programs/postgres" -D "$directory/data" -c listen_addresses=127.0.0.1 -c port="$port" \
  -c unix_socket_directories= -c max_connections=200 -c shared_buffers=64MB -c work_mem=8MB \
  -c maintenance_work_mem=64MB -c max_wal_size=512MB -c autovacuum_max_workers=2 -c jit=off \
  -c timezone=UTC -c log_timezone=UTC -c log_line_prefix='%m [%p] %u@%d ' $throwaway
[ "$verb" = run ] || exec "$@"
"$@" &
server=$!
trap 'kill -INT $server' TERM INT HUP
# The first wait ends with the signal, the second with the server.
wait $server
code=$?
while kill -0 $server 2> /dev/null; do wait $server; code=$?; done
exit $code
