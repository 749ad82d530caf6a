#!/bin/sh
# A private RabbitMQ node on loopback with its own port mapper (epmd) and the management plug-in, in the foreground.
# Usage: rabbitmq.sh run|exec DIRECTORY AMQP MANAGEMENT DISTRIBUTION EPMD     environment: RABBITMQ_PASSWORD (user guest)
#        rabbitmq.sh ctl DIRECTORY AMQP MANAGEMENT DISTRIBUTION EPMD COMMAND…  runs rabbitmqctl on the node
# The four numbers are ports. run: TERM stops it in order. exec: the node takes this process's place (tests).
set -u
verb=$1 directory=$2 amqp=$3 management=$4 distribution=$5 epmd=$6
shift 6
umask 077
fail() { echo "rabbitmq: $1" >&2; exit 1; }

# The script, not the wrapper in /usr/sbin, which would change to the user rabbitmq.
script=/usr/lib/rabbitmq/bin/rabbitmq-server
[ -x $script ] || fail 'RabbitMQ is not installed: apt-get install rabbitmq-server'
mkdir -p "$directory/home" && cd "$directory" || exit 1

password=${RABBITMQ_PASSWORD:-}
# Whatever the machine sets for a node of its own does not count here.
for name in $(env | sed -n 's/^\(\(RABBITMQ\|ERL\)_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
export HOME="$directory/home" LANG=C.UTF-8 LC_ALL=C.UTF-8
export RABBITMQ_CONF_ENV_FILE="$directory/env.conf" RABBITMQ_CONFIG_FILE="$directory/rabbitmq.conf"
export RABBITMQ_ADVANCED_CONFIG_FILE="$directory/advanced.config"
export RABBITMQ_ENABLED_PLUGINS_FILE="$directory/enabled_plugins"
export RABBITMQ_MNESIA_BASE="$directory/mnesia" RABBITMQ_LOG_BASE="$directory/log" RABBITMQ_SCHEMA_DIR="$directory/schema"
export RABBITMQ_GENERATED_CONFIG_DIR="$directory/config" RABBITMQ_PID_FILE="$directory/rabbit.pid"
export RABBITMQ_NODENAME=wir@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$amqp"
export RABBITMQ_DIST_PORT="$distribution" ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1
# No busy waiting: an idle broker costs no processor time.
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none'
# Makes the script execute the virtual machine in its own place, so that the process id is the broker's.
export RUNNING_UNDER_SYSTEMD=true

[ "$verb" != ctl ] || exec /usr/lib/rabbitmq/bin/rabbitmqctl "$@"

# One node per directory. A node that is ending holds the lock until its last process is gone; an orphan is asked to end.
exec 9> server.lock
if ! flock -n 9; then
  echo "rabbitmq: waiting for the node that still uses $directory"
  kill -TERM "$(cat rabbit.pid 2> /dev/null)" "$(cat epmd.pid 2> /dev/null)" 2> /dev/null
  flock -w 60 9 || fail "another node uses $directory"
fi

: > env.conf
echo '[].' > advanced.config
echo '[rabbitmq_management].' > enabled_plugins
cat > rabbitmq.conf <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp
management.tcp.ip = 127.0.0.1
management.tcp.port = $management
default_user = guest
default_pass = $password
log.console = true
log.console.level = info
log.file = false
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 200MB
collect_statistics_interval = 10000
CONF

# Left to itself, the virtual machine would start a port mapper that outlives it.
epmd -address 127.0.0.1 -port "$epmd" &
mapper=$!
echo $mapper > epmd.pid
until epmd -port "$epmd" -names > /dev/null 2>&1; do kill -0 $mapper 2> /dev/null || fail "port $epmd is taken"; sleep 0.05; done
[ "$verb" = run ] || exec "$script"
"$script" &
node=$!
echo $node > rabbit.pid
trap 'kill -TERM $node' TERM INT HUP
# The first wait ends with the signal, the second with the node.
wait $node
code=$?
while kill -0 $node 2> /dev/null; do wait $node; code=$?; done
kill $mapper 2> /dev/null
exit $code
