# What the machine must have; read by ./wir. It needs: root, command, names, fail, step.

policy=/usr/sbin/policy-rc.d

# DOTNET_PLACES is for tests of this very check.
check_sdk() {
  local place version
  if ! command -v dotnet > /dev/null; then
    for place in ${DOTNET_PLACES:-/usr/share/dotnet /usr/lib/dotnet "${HOME:-/root}/.dotnet"}; do
      [ -x "$place/dotnet" ] && PATH=$place:$PATH && break
    done
  fi
  command -v dotnet > /dev/null ||
    fail 'the .NET SDK is missing: dotnet is not in PATH.' 'Install .NET SDK 10: https://dotnet.microsoft.com/download/dotnet/10.0'
  version=$(cd "$root" && dotnet --version 2> /dev/null) && [[ $version == 10.* ]] ||
    fail "this needs the .NET SDK 10.0.400 or a later 10.0 (global.json). Installed: $(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ')"
}

has_package() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

missing_packages() {
  compgen -G '/usr/lib/postgresql/1[5-9]/bin/initdb' > /dev/null || echo postgresql
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || echo rabbitmq-server
  command -v chromium > /dev/null || echo chromium
  has_package fonts-noto-core || [ -d /usr/share/fonts/truetype/noto ] || echo fonts-noto-core
  # The gateway's benchmark has a partner and a load generator.
  [ "$command" != bench ] || [[ " ${names[*]} " != *' gateway '* ]] || { has_package nginx || echo nginx; has_package wrk || echo wrk; }
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

# The packages must not start their servers: the platform has its own. A policy that was there before comes back.
forbid_starting() {
  [ ! -e "$policy" ] || [ -e "$policy.before-wir" ] || as_root mv "$policy" "$policy.before-wir"
  printf '#!/bin/sh\n# Made by wir for the time of an installation.\nexit 101\n' | as_root tee "$policy" > /dev/null
  as_root chmod 755 "$policy"
}

allow_starting() {
  as_root rm -f "$policy"
  [ ! -e "$policy.before-wir" ] || as_root mv "$policy.before-wir" "$policy"
}

install_packages() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }

set_up() {
  local missing
  check_sdk
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get > /dev/null ||
    fail "missing: ${missing[*]}. This machine has no apt; install what provides them (PostgreSQL 15, RabbitMQ 3.10 or newer)."
  if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2> /dev/null; then
    fail "missing: ${missing[*]}. You have no right to install packages; ask somebody who has, to run:" \
      "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  trap allow_starting EXIT
  trap 'exit 130' INT TERM HUP
  forbid_starting
  step 'Reading package lists' as_root apt-get update || exit 1
  step "Installing ${missing[*]}" install_packages "${missing[@]}" || exit 1
  allow_starting
  trap - EXIT INT TERM HUP
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -eq 0 ] || fail "still missing after the installation: ${missing[*]}"
}

# $1: directory (or one that is to be made), $2: MiB
check_space() {
  local directory=$1 free
  while [ ! -d "$directory" ]; do directory=$(dirname "$directory"); done
  free=$(df -Pm "$directory" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$2" ] || fail "the disk is nearly full: $free MiB are free for $directory, $2 MiB are needed."
}
