# ./wir test: builds everything and runs the lanes; read by ./wir.

# Every test is in a lane; one that is in none would never run here.
check_lanes() {
  local project stray status=0
  for project in "${projects[@]}"; do
    if ! grep -q "[\\/]$project\.csproj" "$root/Wir.sln"; then
      echo "$project is not in Wir.sln" >&2
      status=1
      continue
    fi
    stray=$("$root/artifacts/bin/$project/release/Wir.$project" -noLogo -noColor -list tests \
      -trait- Lane=Unit -trait- Lane=Functional -trait- Lane=Platform -trait- Lane=Reliability | grep -v '^xUnit.net')
    [ -z "$stray" ] || { echo "$project: tests without a lane:"; echo "$stray"; status=1; } >&2
  done
  return $status
}

start_servers() {
  export WIR_TEST_SERVERS=$scratch/servers.json
  dotnet "$root/artifacts/bin/TestServers/release/Wir.TestServers.dll" "$WIR_TEST_SERVERS" $$ > "$scratch/servers.log" 2>&1 &
  local pid=$!
  until [ -f "$WIR_TEST_SERVERS" ]; do
    kill -0 "$pid" 2> /dev/null || { cat "$scratch/servers.log"; return 1; }
    sleep 0.1
  done
}

# Runs the tests of one lane in one project, and adds them to the sums.
run_lane() {
  local lane=$1 project=$2 output=$scratch/output start=$SECONDS total failed_here skipped_here
  timeout 3600 "$root/artifacts/bin/$project/release/Wir.$project" -noLogo -noColor -trait "Lane=$lane" > "$output" 2>&1
  local status=$?
  # Wir.AppHost.Tests  Total: 12, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 8.003s
  if [[ $(grep -E 'Total: [0-9]+' "$output" | tail -n 1) =~ Total:\ ([0-9]+),\ Errors:\ ([0-9]+),\ Failed:\ ([0-9]+),\ Skipped:\ ([0-9]+),\ Not\ Run:\ ([0-9]+) ]]; then
    total=$((BASH_REMATCH[1] - BASH_REMATCH[5])) failed_here=$((BASH_REMATCH[2] + BASH_REMATCH[3])) skipped_here=${BASH_REMATCH[4]}
  else
    total=0 failed_here=0 skipped_here=0
  fi
  # A runner that crashed, or was ended, counts as a failure even when no test had one.
  if [ $status -ne 0 ] && [ "$failed_here" -eq 0 ]; then failed_here=1 total=$((total + 1)); fi
  printf '%-12s %-24s %4d passed %3d failed %3d skipped %5d s\n' "$lane" "$project" \
    $((total - failed_here - skipped_here)) "$failed_here" "$skipped_here" $((SECONDS - start))
  # What each promise came to, with the seed to repeat it.
  [ "$lane" != Reliability ] || grep -E '^P[0-9]+[a-z]* +seed ' "$output"
  # The programs' own log lines would bury what failed; a runner that ended without a word of its own is shown whole.
  if [ "$failed_here" -gt 0 ]; then
    grep -q '\[FAIL\]' "$output" && grep -v '^{"Timestamp"' "$output" || cat "$output"
    mapfile -t -O ${#faults[@]} faults < <(grep -E '\[FAIL\]$' "$output" || echo "    $project ended with $status")
  fi
  passed=$((passed + total - failed_here - skipped_here)) failed=$((failed + failed_here)) skipped=$((skipped + skipped_here))
  ran=$((ran + total - skipped_here))
}

test_lanes() {
  local lane lane_start lanes=() status=0 ran project passed=0 failed=0 skipped=0 faults=()
  for lane in "${names[@]:-default}"; do
    case $lane in
      unit | functional | platform | reliability) lanes+=("${lane^}") ;;
      default) lanes+=(Unit Functional Platform) ;;
      all) lanes+=(Unit Functional Platform Reliability) ;;
      *) misuse "unknown lane: $lane" ;;
    esac
  done
  set_up
  check_space "${TMPDIR:-/tmp}" 1000
  build_all
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  trap 'exit 130' INT TERM HUP
  mapfile -t projects < <(cd "$root/tests" && ls -d -- *.Tests)
  step 'Checking that every test is in a lane' check_lanes || status=1
  [ "${lanes[*]}" = Unit ] || step 'Starting PostgreSQL and RabbitMQ for the tests' start_servers || exit 1

  for lane in "${lanes[@]}"; do
    ran=0 lane_start=$SECONDS
    # Faults in their full number, unless the caller wants a short run, as CI does.
    [ "$lane" != Reliability ] || export WIR_FULL=${WIR_FULL:-1}
    for project in "${projects[@]}"; do
      # Starting a runner only to learn that it has nothing to do costs half a second.
      ! grep -rqw --include='*.cs' "$lane" "$root/tests/$project" || run_lane "$lane" "$project"
    done
    awk -v lane="$lane" -v s=$((SECONDS - lane_start)) 'BEGIN { printf "%-12s %.1f minutes\n", lane, s / 60 }'
    [ $ran -gt 0 ] || { echo "wir: the lane $lane ran no test" >&2; status=1; }
  done
  [ $failed -eq 0 ] || { status=1; printf '%s\n' 'Failed:' "${faults[@]}"; }
  echo "$passed passed, $failed failed, $skipped skipped"
  return $status
}
