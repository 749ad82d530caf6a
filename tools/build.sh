# What ./wir builds; read by ./wir.

# Aspire's command line and dotnet-ef, in the versions that .config/dotnet-tools.json names.
restore_tools() { (cd "$root" && step 'Restoring tools' tools) || exit 1; }

# Two tools that are unpacked for the first time are mixed up by the SDK, which then knows one of them only; the next time both are there.
tools() { dotnet tool restore || dotnet tool restore; }

# Only what runs: the host, and all programs compiled ahead into one folder.
build() {
  [ $build = true ] || return 0
  [ -d "$root/artifacts/bin" ] && check_space "$root" 500 || check_space "$root" 2500
  restore_tools
  step 'Building' dotnet build "$root/AppHost/AppHost.csproj" -c Release -v quiet --nologo || exit 1
  step 'Compiling ahead' dotnet publish "$root/AppHost/Programs/Programs.csproj" -c Release -v quiet --nologo || exit 1
}

build_all() {
  [ $build = true ] || return 0
  [ -d "$root/artifacts/bin" ] && check_space "$root" 500 || check_space "$root" 2500
  restore_tools
  step 'Building' dotnet build "$root/Wir.sln" -c Release -v quiet --nologo || exit 1
}

# The name of the project in a folder below the root; the two may differ in case.
project_name() { basename "$(ls "$root/$1"/*.csproj)" .csproj; }

# Runs one of the repository's own programs: $1 its project below the root, the rest its arguments.
run_program() {
  local project=$1 name program
  name=$(project_name "$1") program=$root/artifacts/bin/$name/release/Wir.$name.dll
  shift
  [ "$command" = demo ] && [ -f "$program" ] || step "Building $name" dotnet build "$root/$project" -c Release -v quiet --nologo || exit 1
  exec dotnet "$program" "$@"
}

# Each program describes itself: its project, and the name under which the gateway shows its API.
openapi() {
  local pair project status=0
  check_sdk
  for pair in services/Registry:registry services/WelcomePackage:welcome services/Monitor:monitor gateway:clients; do
    project=$(project_name "${pair%%:*}")
    [ $build = false ] || step "Building $project" dotnet build "$root/${pair%%:*}" -c Release -v quiet --nologo || return 1
    step "Describing ${pair#*:}" dotnet "$root/artifacts/bin/$project/release/Wir.$project.dll" openapi "$root/docs/api/${pair#*:}.json" || status=1
  done
  return $status
}
