#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# debootstrap.sh - a small Debian with services in it; prints its directory
#
# As root. Made once, of this machine's own release by its own apt sources, and
# kept in the cache (XDG_CACHE_HOME, else ~/.cache): two runs at once make one.
# Nobody should write into it: jail --ro. Nothing but the directory is printed on
# stdout; on stderr one line, why there is none.
set -u
export LC_ALL=C

packages=nginx-light,python3-minimal,libpython3-stdlib

me=${0##*/}
die() { echo "$me: $*" >&2; exit 1; }

[ $# = 0 ] || { echo "usage: $me" >&2; exit 2; }
[ "$(id -u)" = 0 ] || die "only root can make a Debian"
cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/cellbox
umask 022
mkdir -p "$cache" || exit 1

# Under its last name it is whole.
dir=$cache/debian
[ -d "$dir" ] && echo "$dir" && exit

# shellcheck disable=SC2093 # the same script, once it has the lock
[ "${CELLBOX_DEBIAN_LOCKED-}" = "$cache" ] ||
	CELLBOX_DEBIAN_LOCKED=$cache exec flock "$cache/debian.lock" sh "$0"

for tool in apt-get debootstrap unshare; do
	command -v $tool > /dev/null || die "$tool is missing: apt-get install $tool"
done

# MIRROR SUITE of the release, out of what apt has read: neither updates nor
# security, whose suites have other names.
# shellcheck disable=SC1091,SC2154,SC2016
from=$(. /etc/os-release && apt-get indextargets \
	--format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' \
	'Component: main' 2> /dev/null |
	awk -v suite="$VERSION_CODENAME" '$2 == suite { print; exit }')
[ "$from" ] || die "no mirror of this release among apt's sources (apt-get update?)"

rm -rf "$dir".new "$dir".log
trap 'rm -rf "$dir.new"' EXIT
trap 'exit 130' HUP INT TERM

# It mounts proc for its packages: in a namespace that is gone with it.
for try in 1 2 3; do
	[ $try = 1 ] || sleep 5
	rm -rf "$dir".new
	if unshare -m --propagation private debootstrap --variant=minbase \
		--include=$packages "${from#* }" "$dir".new "${from% *}" \
		< /dev/null > "$dir".log 2>&1; then
		rm -f "$dir".new/var/cache/apt/archives/*.deb
		mv "$dir".new "$dir" && rm -f "$dir".log && echo "$dir" && exit
	fi
done
die "debootstrap of ${from#* } from ${from% *}: $(tail -n 1 "$dir".log)"
