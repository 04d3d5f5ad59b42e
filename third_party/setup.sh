# What ./run and ./test share: installing packages, and building a preset. Sourced; $root is the project's folder.
# Everything said here goes to standard error, so that `./run data ... --out -` stays clean.
# shellcheck shell=bash disable=SC2154
. "$root/third_party/packages.sh"

# What any script does first, writing a log included, finds the folder there.
mkdir -p "$root/build"

# Where there is ccache, checkouts at different places share what they compile.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

say() { printf 'attnscope: %s\n' "$*" >&2; }

# packages KIND...: the names of these kinds' packages on this system, one a line.
packages() {
    local release kind name why wanted
    release=$(. /etc/os-release 2>/dev/null && printf '%s' "${ID:-}-${VERSION_ID:-}")
    while read -r kind name why; do
        for wanted in "$@"; do
            if [ "$kind" = "$wanted" ] || { [ "$kind" = "$wanted-12" ] && [ "$release" = debian-12 ]; }; then
                printf '%s\n' "$name"
            fi
        done
    done <<<"$package_table"
}

# missing_packages KIND...: those of them that are not installed.
missing_packages() {
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
    packages "$@" | grep -vxF -e "$installed" || true
}

# install_packages KIND...: installs what is missing. Where that cannot be done it names the packages and goes on: the
# build finds out whether they are really needed.
install_packages() {
    local missing log=$root/build/packages.log
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "not a Debian or Ubuntu system: if the build fails, install what these packages hold: $(packages "$@" | paste -sd' ')"
        return 0
    fi
    missing=$(missing_packages "$@" | paste -sd' ')
    [ -n "$missing" ] || return 0
    local as_root=(env)
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "missing packages, and neither root nor sudo to install them: apt-get install $missing"
            return 0
        fi
        as_root=(sudo env)
    fi
    say "installing $(wc -w <<<"$missing") packages: $missing"
    local apt=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
    # An update may fail (offline, one broken source of many) and the packages be there all the same.
    "${apt[@]}" update >"$log" 2>&1 || true
    # shellcheck disable=SC2086  # a list of names
    if ! "${apt[@]}" install --no-install-recommends $missing >>"$log" 2>&1 </dev/null; then
        tail -n 12 "$log" >&2
        say "could not install them (the whole log: $log); going on with what is there"
    fi
}

# parallel_jobs: how many compilers at once: one per core, but each may need 1.5 GB of the memory that is free.
parallel_jobs() {
    local cores memory_kb limit jobs
    cores=$(nproc 2>/dev/null || echo 1)
    memory_kb=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
    if [ "$limit" != max ] && [ $((limit / 1024)) -lt "${memory_kb:-0}" ]; then memory_kb=$((limit / 1024)); fi
    jobs=$((${memory_kb:-1500000} / 1500000))
    [ "$jobs" -le "$cores" ] || jobs=$cores
    [ "$jobs" -ge 1 ] || jobs=1
    printf '%s\n' "$jobs"
}

# configure PRESET [-DNAME=VALUE...]: where that is due. Quiet; a failure shows the log's end.
configure() {
    local dir=$root/build/$1 log=$root/build/$1.log options=("${@:2}")
    if ! command -v cmake >/dev/null; then
        say "cmake is not installed: cannot build"
        return 1
    fi
    # A build folder that was made elsewhere (a copied or moved checkout) would make CMake refuse.
    if [ -f "$dir/CMakeCache.txt" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$dir/CMakeCache.txt"; then
        rm -rf "$dir"
    fi
    if [ -f "$dir/build.ninja" ] && [ ! "$root/CMakePresets.json" -nt "$dir/build.ninja" ]; then return 0; fi
    if command -v ccache >/dev/null; then options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
    (cd "$root" && cmake --preset "$1" "${options[@]}") >"$log" 2>&1 || failed_build "$log"
}

# build PRESET [TARGET...]: everything, or these, with as many compilers as there is room for.
build() {
    local log=$root/build/$1.log targets=()
    if [ $# -gt 1 ]; then targets=(--target "${@:2}"); fi
    cmake --build "$root/build/$1" --parallel "$(parallel_jobs)" "${targets[@]}" >"$log" 2>&1 || failed_build "$log"
}

failed_build() {
    tail -n 40 "$1" >&2
    say "the build failed; the lines above end its log, $1"
    return 1
}
