# Sourced by every script here: goes to the project's root and gives the words that the scripts share.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "${0##*/}: $*"
    exit 1
}

# usage TEXT ARGUMENTS…: prints TEXT and ends when the first argument asks for help.
usage() {
    case "${2:-}" in
        -h | --help)
            printf '%s\n' "$1"
            exit 0
            ;;
    esac
}

# step NAME COMMAND…: runs COMMAND under a heading and says how long it took.
step() {
    local name=$1 start=$SECONDS status=0
    shift
    say "== $name"
    "$@" || status=$?
    local word=done
    [ "$status" = 0 ] || word="FAILED ($status)"
    say "== $name: $word in $((SECONDS - start)) s"
    return "$status"
}

# Called through sudo by the owner of this tree? Then what is made in the tree must stay the owner's.
called_through_sudo() {
    [ "$(id -u)" = 0 ] && [ "${SUDO_UID:-0}" != 0 ] && [ "$(stat -c %u .)" = "$SUDO_UID" ]
}

# as_owner COMMAND…: runs COMMAND as the user who called sudo, or as oneself.
as_owner() {
    if called_through_sudo; then
        sudo --set-home --preserve-env --user "#$SUDO_UID" -- "$@"
    else
        "$@"
    fi
}

# install_debian PACKAGE…: installs what is missing of them, as root or through sudo, and asks nothing.
install_debian() {
    local missing=() package
    local -A there=()
    command -v dpkg-query >/dev/null || fail "this is no Debian; install the like of: $*"
    while read -r package; do there[$package]=1; done < <(
        dpkg-query --show --showformat '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null | sed -n 's/^ii *//p'
    )
    for package in "$@"; do
        [ -n "${there[$package]:-}" ] || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    say "Debian packages to install: ${missing[*]}"
    local root=()
    if [ "$(id -u)" != 0 ]; then
        root=(sudo)
        # Only a person at a terminal can be asked for a password, and only by sudo.
        [ -t 0 ] || root=(sudo --non-interactive)
        "${root[@]}" true || fail "run as root: apt-get install ${missing[*]}"
    fi
    local quiet=(-qq -y --no-install-recommends -o Dpkg::Use-Pty=0)
    "${root[@]}" apt-get -qq update >&2
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install "${quiet[@]}" "${missing[@]}" >&2
}
