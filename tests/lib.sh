# shellcheck shell=sh
# SPDX-License-Identifier: 0BSD
#
# lib.sh - what the suites source
#
# A suite is a file tests/NAME_test.sh:
#
#     #!/bin/sh
#     # shellcheck source=tests/lib.sh
#     . "${LIB:-${0%/*}/lib.sh}"
#
#     testHostname()
#     {
#             needs_root || return 0
#             run "$CB" unshare -u hostname web
#             assert_status 0
#     }
#
#     . shunit2
#
# Set by the runner: CB (= CELLBOX) the binary, a copy that all suites share
# (who attacks it, attacks a copy of that), HELPER the directory of reap, storm,
# facts and with, TOP a copy of the tree, NAME the word that all we make outside
# of T bears (cgroups, abstract sockets), WAY such as user/ash, T the suite's
# own directory, which is where it starts and is removed afterwards.
#
# Mounts are made in namespaces of their own only. A test returns 0, whatever
# it found: shunit2 counts another status as a failure of its own.

export LC_ALL=C SHUNIT_COLOR=none
if [ -z "$T" ]; then # started by hand
	TOP=$(cd "${0%/*}/.." && pwd -P)
	HELPER=${HELPER:-$TOP/build/tests}
	CELLBOX=${CELLBOX:-$TOP/build/cellbox}
	T=$(mktemp -d) NAME=${T##*/}
	export TOP HELPER CELLBOX T NAME
	echo "scratch: $T"
	cd "$T" || exit
fi
export CB="$CELLBOX"
PATH=$PATH:/usr/sbin:/sbin

# run CMD...: stdout in $T/out, stderr in $T/err, status in $rc. Not at the end
# of a pipe (rc would be lost with its subshell): give stdin by < or <<.
run()
{
	ran=$*
	"$@" >"$T/out" 2>"$T/err"
	rc=$?
	return 0
}

# What the last command said, to stand below a failure.
show_run()
{
	echo "  ran: $ran"
	sed 's/^/  out: /' "$T/out"
	sed 's/^/  err: /' "$T/err"
}

assert_status()
{
	[ "$rc" = "$1" ] && return 0
	fail "status $rc, expected $1"
	show_run
}

# Like, word for word or as a shell pattern.
like()
{
	[ "$1" = "$2" ] && return 0
	# shellcheck disable=SC2254
	case $1 in
	$2) return 0 ;;
	esac
	return 1
}

# What nsinit says to root of every jail without a user namespace: a fact, which
# nsinit_test looks at, and no other test.
tracer='nsinit: warning: the program has CAP_SYS_PTRACE in the initial user namespace'

without_tracer()
{
	grep -v "^$tracer" "$1" >"$1.rest"
	mv "$1.rest" "$1"
}

# assert_err PATTERN: stderr is this one line; '' for none at all.
assert_err()
{
	case $1 in
	nsinit:\ warning:*) ;;
	*) without_tracer "$T/err" ;;
	esac
	if [ -z "$1" ]; then
		[ ! -s "$T/err" ] && return 0
	elif [ "$(wc -l <"$T/err")" -eq 1 ]; then
		like "$(cat "$T/err")" "$1" && return 0
	fi
	fail "stderr, expected: $1"
	show_run
}

# assert_out PATTERN: the whole of stdout, less the newlines at its end.
assert_out()
{
	like "$(cat "$T/out")" "$1" && return 0
	fail "stdout, expected: $1"
	show_run
}

# skip WHY: of this test nothing counts any more. Always false:
#     command -v strace >/dev/null || skip "no strace" || return 0
skip()
{
	echo "# SKIP $*"
	startSkipping
	return 1
}

is_root()
{
	[ "$(id -u)" = 0 ]
}

# needs_root || return 0
needs_root()
{
	is_root || skip "needs root"
}

needs_user()
{
	! is_root || skip "needs an ordinary user"
}

# util-linux's own, whatever the shell at work has built in.
ul_unshare()
{
	if [ -x /usr/bin/unshare ]; then
		/usr/bin/unshare "$@"
	else
		command unshare "$@"
	fi
}

# Why user namespaces may be forbidden here, by what the system says of itself.
why_no_userns()
{
	for file in user/max_user_namespaces kernel/unprivileged_userns_clone; do
		[ "$(cat /proc/sys/$file 2>/dev/null)" = 0 ] &&
			echo " (/proc/sys/$file is 0)" && return
	done
	file=/proc/sys/kernel/apparmor_restrict_unprivileged_userns
	[ "$(cat $file 2>/dev/null)" = 1 ] && echo " ($file is 1)" && return
	root=$(stat -Lc %d:%i /proc/1/root 2>/dev/null)
	[ "$root" ] && [ "$root" != "$(stat -c %d:%i /)" ] &&
		echo " (this is a chroot)"
	return 0
}

# can_userns || return 0
can_userns()
{
	can_ns -U
}

# can_ns FLAGS || return 0: can_ns -mp; an ordinary user gets -Ur on top.
can_ns()
{
	is_root || set -- -Ur "$@"
	said=$(ul_unshare "$@" true 2>&1) && return 0
	skip "unshare $*: ${said#unshare: }$(why_no_userns)"
}

# make_root DIR: busybox (static, a copy) and facts in bin, links for all of
# its applets, and empty dev etc proc sys tmp.
make_root()
{
	if [ ! -d "$T/.root" ]; then
		mkdir -m 755 "$T/.root" "$T/.root/bin"
		mkdir "$T/.root/dev" "$T/.root/etc" "$T/.root/proc" \
			"$T/.root/sys"
		mkdir -m 1777 "$T/.root/tmp"
		cp "${BUSYBOX:-/bin/busybox}" "$T/.root/bin/busybox"
		[ -x "$HELPER/facts" ] && cp "$HELPER/facts" "$T/.root/bin/"
		# In its own shell ln costs no exec; the words are for that.
		# shellcheck disable=SC2016
		(cd "$T/.root/bin" && ./busybox ash -c '
			for applet in $(./busybox --list); do
				[ -e $applet ] || ln -s busybox $applet
			done')
	fi
	mkdir -p "$1" && cp -RP "$T/.root/." "$1" && chmod 755 "$1" &&
		chmod 1777 "$1/tmp"
}

# Processes whose command line matches *PATTERN*, "PID WORDS" a line.
processes_like()
{
	# Not `ps`: procps need not be there.
	busybox ps -o pid,args | while read -r pid args; do
		# shellcheck disable=SC2254
		case $args in
		*$1*) echo "$pid $args" ;;
		esac
	done
}

# no_left PATTERN: none of them is left, within a second. Suites run side by
# side: let the pattern be one that only yours have ($T, an odd sleep time).
no_left()
{
	tries=10
	while left=$(processes_like "$1"); [ -n "$left" ]; do
		tries=$((tries - 1))
		if [ $tries = 0 ]; then
			fail "processes left like $1:"
			echo "$left"
			return 0
		fi
		sleep 0.1
	done
}

# quiet_host CMD...: as run, and the host's mounts are the same afterwards.
quiet_host()
{
	cat /proc/self/mountinfo >"$T/mounts.before"
	run "$@"
	cat /proc/self/mountinfo >"$T/mounts.after"
	cmp -s "$T/mounts.before" "$T/mounts.after" && return 0
	fail "mounts of the host changed"
	echo "  ran: $ran"
	diff "$T/mounts.before" "$T/mounts.after"
	return 0
}
