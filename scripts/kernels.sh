#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# kernels.sh VERSION - Debian's Linux VERSION to boot; prints its directory
#
# VERSION is 5.10, 6.1, 6.12, ... or newest: of the releases from bullseye on, by
# the mirrors that this machine's own apt uses. Nothing is installed: the packages
# are unpacked into the cache (XDG_CACHE_HOME, else ~/.cache, else /var/cache) and
# kept; newest is looked for again after a week. ARCH (amd64) is Debian's name.
# The directory has: vmlinuz, release (uname -r), modules/*.ko. Nothing else is
# printed on stdout; on stderr one line, why there is none.
set -u
export LC_ALL=C

# What tests use and Debian's kernels have as modules.
modules='overlay veth dummy'

me=${0##*/}
die() { echo "$me: $*" >&2; exit 1; }

[ $# = 1 ] || { echo "usage: $me VERSION|newest" >&2; exit 2; }
want=$1 arch=${ARCH:-amd64}
case $want in
newest | [0-9]*.[0-9]*) ;;
*) die "'$want' is no version of Linux" ;;
esac
cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
cache=${cache:-/var/cache}/cellbox/kernels
dir=$cache/$want-$arch
umask 022
mkdir -p "$cache" || exit 1

# Under its last name it is whole.
is_there() { [ -f "$dir/vmlinuz" ]; }
is_fresh() { [ "$want" != newest ] || [ "$(find "$dir" -maxdepth 0 -mtime -7)" ]; }
is_there && is_fresh && echo "$dir" && exit

for tool in apt-get dpkg-deb flock; do
	command -v $tool > /dev/null || die "$tool is missing: no kernel $want"
done
# shellcheck disable=SC2093 # the same script, once it has the lock
[ "${CELLBOX_KERNELS_LOCKED-}" = "$cache" ] ||
	CELLBOX_KERNELS_LOCKED=$cache exec flock "$cache/lock" sh "$0" "$want"

apt=$cache/apt new=$dir.new log=$dir.log
trap 'rm -rf "$new"' EXIT
trap 'exit 130' HUP INT TERM

# Suites of other releases at the mirrors of this one. One that is not there
# today costs only the kernels in it.
sources()
{
	# shellcheck disable=SC1091,SC2154,SC2016
	from=$(. /etc/os-release && apt-get indextargets --format \
		'$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 'Component: main' \
		2> /dev/null | awk -v suite="$VERSION_CODENAME" '
			$1 == suite && !main { main = $2 }
			$1 == suite "-security" && !security { security = $2 }
			END { if (main) print main, security }')
	[ "$from" ] || return 1
	for suite in bookworm bookworm-backports trixie trixie-backports; do
		echo "deb [signed-by=$keys] ${from% *} $suite main"
	done
	[ "${from#* }" ] && for suite in bullseye bookworm trixie; do
		echo "deb [signed-by=$keys] ${from#* } $suite-security main"
	done
	return 0
}
keys=/usr/share/keyrings/debian-archive-keyring.gpg

private() {
	tool=$1
	shift
	"$tool" -q -o Dir::Etc::SourceList="$apt/list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" \
		-o Dir::State::status=/dev/null -o APT::Architecture="$arch" \
		-o APT::Architectures="$arch" -o APT::Sandbox::User= \
		-o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

# The image that the meta package of this version, or the latest, wants; from 7.x
# it is empty, and the files are in linux-binary- and linux-modules-VERSION.
choose()
{
	version=$(private apt-cache madison "linux-image-cloud-$arch" |
		awk '{ print $3 }' | sort -Vr |
		awk -v want="$want" 'want == "newest" || index($0, want ".") == 1 { print; exit }')
	[ "$version" ] || { echo "E: they have no such version"; return 1; }
	release=$(private apt-cache show "linux-image-cloud-$arch=$version" |
		sed -n 's/^Depends:.*linux-image-\([0-9][^ ,]*\).*/\1/p' | head -n 1)
	[ "$release" ] || return 1
	packages=linux-image-$release
	[ -z "$(private apt-cache madison "linux-modules-$release")" ] ||
		packages="linux-binary-$release linux-modules-$release"
}

unpack()
{
	rm -rf "$new" && mkdir -p "$new/deb" "$new/modules" || return
	# The words of $packages are words.
	# shellcheck disable=SC2086
	(cd "$new/deb" && private apt-get download $packages &&
		for deb in ./*.deb; do dpkg-deb -x "$deb" . || exit; done) || return
	find "$new/deb" -name 'vmlinuz*' -type f -exec mv {} "$new/vmlinuz" \;
	[ -f "$new/vmlinuz" ] && echo "$release" > "$new/release" || return
	for module in $modules; do
		# Compressed from 6.12 on; what is built in is not there.
		find "$new/deb" -name "$module.ko*" -exec cp {} "$new/modules" \;
	done
	find "$new/modules" -name '*.xz' -exec xz -d {} +
	rm -rf "$new/deb" && rm -rf "$dir" && mv "$new" "$dir"
}

fetch()
{
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" &&
		sources > "$apt/list" || return
	private apt-get update < /dev/null
	choose && unpack
}

for try in 1 2 3; do
	[ $try = 1 ] || sleep 5
	fetch > "$log" 2>&1 && rm -f "$log" && echo "$dir" && exit
done
# A mirror's bad day is no reason to test less than yesterday.
is_there && echo "$dir" && exit
die "no kernel $want from the mirrors today: $(grep '^E:' "$log" | tail -n 1)"
