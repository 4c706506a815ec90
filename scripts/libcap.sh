#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# libcap.sh OUTDIR CC... - a libcap that the compiler CC... can link
#
# 1. The system's, if a program linked with it gives the right answer. The
#    answer counts: Debian's libcap.a is built for glibc and, coaxed into a
#    musl program, links and silently returns wrong text.
# 2. Else it is built from source: LIBCAP_SRC=DIR, or what an earlier run put
#    into the cache, or Debian's source package through the machine's own apt.
#
# Leaves OUTDIR/include/sys/capability.h and OUTDIR/lib/libcap.a, or only the
# empty file OUTDIR/system. CC... may have options (-static, -isystem DIR) with
# absolute paths; BUILD_CC is the compiler for this machine's own programs.
set -u

me=${0##*/}
die() { echo "$me: $*; LIBCAP_SRC=DIR names an unpacked libcap source" >&2; exit 1; }

[ $# -ge 2 ] || { echo "usage: $me OUTDIR CC..." >&2; exit 2; }
out=$1
shift

# What the caller's make and packager set is meant for cellbox, not for libcap.
unset CFLAGS CPPFLAGS LDFLAGS MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES DESTDIR
unset COPTS DEBUG
export LC_ALL=C

rm -rf "$out"
mkdir -p "$out" || exit 1
tmp=$(mktemp -d "$out/tmp.XXXXXX") || exit 1
tmp=$(cd "$tmp" && pwd) || exit 1
half=
trap 'rm -rf "$tmp" ${half:+"$half"}' EXIT
trap 'exit 130' HUP INT TERM

# True if the system's libcap links and tells the truth. A program for another
# machine cannot say anything: then the linking has to be enough.
probe()
{
	cat > "$tmp/probe.c" <<-'END'
	#include <stdio.h>
	#include <sys/capability.h>

	int main(void)
	{
		cap_t caps = cap_from_text("cap_chown,cap_kill=ep");
		char *text = caps ? cap_to_text(caps, NULL) : NULL;

		printf("answer:%s\n", text ? text : "");
		return 0;
	}
	END
	"$@" -o "$tmp/probe" "$tmp/probe.c" -lcap > "$tmp/probe.log" 2>&1 || return 1
	answer=$(ASAN_OPTIONS=detect_leaks=0 "$tmp/probe" 2>/dev/null)
	status=$?
	case $answer in
	"answer:cap_chown,cap_kill=ep") return 0 ;;
	answer:*) return 1 ;;
	esac
	# Killed by a signal: it ran, and badly. Success without a word: likewise.
	[ $status -ne 0 ] && [ $status -lt 128 ]
}

# The machine's apt sources, turned into those of source packages: the one-line
# format in $2/*.list and deb822 in $2/*.sources.
source_lists()
{
	eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
	n=0
	# shellcheck disable=SC2154 # list and parts come from apt-config
	for file in "$list" "${parts%/}"/*.list "${parts%/}"/*.sources; do
		[ -r "$file" ] || continue
		n=$((n + 1))
		case $file in
		*.sources)
			awk '
			function flush() {
				if (text != "" && !off)
					printf "%s\n", text
				text = ""
				off = 0
			}
			/^[ \t]*$/ { flush(); next }
			/^#/ { next }
			tolower($0) ~ /^types[ \t]*:/ { $0 = "Types: deb-src" }
			tolower($0) ~ /^architectures(-[a-z]*)?[ \t]*:/ { next }
			tolower($0) ~ /^enabled[ \t]*:[ \t]*(no|false|off|0)/ { off = 1 }
			{ text = text $0 "\n" }
			END { flush() }' "$file" > "$1/$n.sources" ;;
		*)
			sed -n 's/^[[:space:]]*deb\(-src\)\{0,1\}\([[:space:]].*\)/deb-src\2/p' \
				"$file" | grep -v 'cdrom:' | sort -u > "$1/$n.list" ;;
		esac
	done
}

apt()
{
	apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$tmp/apt/parts" \
		-o Dir::State::Lists="$tmp/apt/lists" -o Dir::Cache="$tmp/apt/cache" \
		-o APT::Sandbox::User= -o Acquire::Retries=3 -o Acquire::Languages=none "$@"
}

# Puts Debian's source into the directory $1.
download()
{
	for tool in apt-get dpkg-source xz; do
		command -v $tool > /dev/null || {
			why="no libcap for '$cc', and no $tool to get its source (packages dpkg-dev, xz-utils)"
			return 1
		}
	done
	mkdir -p "$1" "$tmp/apt/parts" "$tmp/apt/lists/partial" "$tmp/apt/cache/archives/partial"
	source_lists "$tmp/apt/parts"
	echo "$me: fetching the source of libcap2" >&2
	for try in 1 2 3; do
		# Of a third party's list that has no sources update complains:
		# whether libcap2 comes is what counts.
		apt update > "$tmp/apt.log" 2>&1
		(cd "$1" && apt source --only-source libcap2) >> "$tmp/apt.log" 2>&1 && return 0
		[ $try -eq 3 ] || sleep $try
	done
	# Without a list every package is unknown: then say why there is none.
	lines=$(sed -n 's/^[EW]: //p' "$tmp/apt.log")
	if ls "$tmp"/apt/lists/*Sources* > /dev/null 2>&1; then
		lines=$(echo "$lines" | tail -n 1)
	fi
	why="cannot fetch the source of libcap2: $(echo "$lines" | head -n 1 | tr -s ' ')"
	return 1
}

# Puts a source tree into $tmp/src, from the first place that has one.
get_source()
{
	if [ "${LIBCAP_SRC:-}" ]; then
		[ -f "$LIBCAP_SRC/libcap/Makefile" ] || {
			why="no libcap/Makefile in '$LIBCAP_SRC'"
			return 1
		}
		mkdir "$tmp/src" && (cd "$LIBCAP_SRC" && tar cf - .) | (cd "$tmp/src" && tar xf -)
		return
	fi

	# One file, so that it is there whole or not at all.
	cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
	cache=${cache:+$cache/cellbox}
	kept=${cache:+$cache/libcap2.tar}
	if [ -f "$kept" ] && mkdir "$tmp/src"; then
		tar xf "$kept" -C "$tmp/src" 2>/dev/null &&
			[ -f "$tmp/src/libcap/Makefile" ] && return 0
		echo "$me: warning: '$kept' is broken, fetching it again" >&2
		rm -rf "$tmp/src"
	fi

	download "$tmp/deb" || return 1
	mv "$tmp"/deb/*/ "$tmp/src" || return 1
	if [ "$kept" ] && mkdir -p "$cache" 2>/dev/null; then
		half=$(mktemp "$kept.XXXXXX" 2>/dev/null) &&
			tar cf "$half" -C "$tmp/src" . && mv "$half" "$kept"
	fi
	return 0
}

cc=$*
why="cannot unpack the source of libcap"
if [ ! "${LIBCAP_SRC:-}" ] && probe "$@"; then
	: > "$out/system"
	exit 0
fi
get_source || die "$why"

# The library and its header only: no shared one, no Go, no PAM, no gperf.
make -C "$tmp/src/libcap" CC="$cc -fno-pie" BUILD_CC="${BUILD_CC:-cc}" SHARED=no PTHREADS=no GOLANG=no \
	USE_GPERF=no lib=lib prefix="$tmp/to" \
	COPTS="-Os -ffunction-sections -fdata-sections -fstack-protector-strong" \
	install-static-cap > "$tmp/make.log" 2>&1 || {
	tail -n 15 "$tmp/make.log" >&2
	die "cannot build libcap with '$cc'"
}
mv "$tmp/to/include" "$tmp/to/lib" "$out/"
