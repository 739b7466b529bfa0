# What the scripts share. Source it; it sets no shell options.
# shellcheck shell=bash

ombud_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ombud_cache=${XDG_CACHE_HOME:-$HOME/.cache}/ombud

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "$(basename "$0"): $*"
    exit 1
}

# Installs the Debian packages of scripts/packages that are missing; silent when none is.
install_packages() {
    local wanted missing=() name
    wanted=$(grep -v '^#' "$ombud_root/scripts/packages")
    for name in $wanted; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
            missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return 0

    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            say "missing Debian packages, and neither root nor sudo to install them: ${missing[*]}"
            return 1
        }
        as_root=(sudo)
    fi
    say "installing Debian packages: ${missing[*]}"
    mkdir -p "$ombud_cache"
    local log=$ombud_cache/apt.log
    if ! { "${as_root[@]}" apt-get update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
        tail -20 "$log" >&2
        say "apt-get could not install the packages; its whole output is in $log"
        return 1
    fi
}

# Prints the path of a Python with the packages of tests/system/requirements.txt, making the
# environment on first use. Debian's own interpreter: another python3 may come first on the PATH.
test_python() {
    local wanted=$ombud_root/tests/system/requirements.txt key folder log
    key=$({ cat "$wanted"; /usr/bin/python3 -VV; } | sha256sum | cut -c1-12) || return 1
    folder=$ombud_cache/python-$key
    if [ ! -e "$folder/complete" ]; then
        mkdir -p "$ombud_cache"
        log=$folder.log
        (
            flock 9
            [ ! -e "$folder/complete" ] || exit 0
            say "making the Python environment of the tests"
            rm -rf "$folder"
            {
                /usr/bin/python3 -m venv "$folder" &&
                    "$folder/bin/python" -m pip install -q --no-input -r "$wanted"
            } >"$log" 2>&1 </dev/null && touch "$folder/complete"
        ) 9>"$folder.lock" || {
            tail -20 "$log" >&2
            say "the Python environment could not be made; the whole output is in $log"
            return 1
        }
    fi
    printf '%s\n' "$folder/bin/python"
}

# Configures and builds one CMake preset; two builds in one folder would spoil each other.
build_preset() {
    local preset=$1
    mkdir -p "$ombud_root/build"
    (
        flock 9
        cd "$ombud_root" || exit 1
        [ -e "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null || exit 1
        cmake --build --preset "$preset" -- --quiet
    ) 9>"$ombud_root/build/$preset.lock"
}
