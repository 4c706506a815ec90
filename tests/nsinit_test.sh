#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsinit: PID 1 that reaps, forwards, loses nothing, holds nothing, and ends as
# its child ended.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/background.sh
. "$TOP/tests/background.sh"

as=$(is_root || echo -r)

setUp()
{
	rm -rf "$T/root"
	make_root "$T/root"
}

# Words that put a program behind nsinit, with a proc of its own.
jail="$CB nsclone $as -mp nsmount -R $T/root proc /proc nsmount -R $T/root dev /dev
	pivotroot $T/root nsinit"

testProgramIsItsChild()
{
	can_ns || return 0
	run $jail facts pid ppid processes fds pdeathsig dumpable
	assert_status 0
	assert_err ''
	assert_out "pid=2
ppid=1
fds=0:chr 1:file 2:file
pdeathsig=9
dumpable=1
processes=2"
}

# By unshare's fork as well as by nsclone's.
testBehindUnshare()
{
	can_ns -Ur || return 0
	run "$CB" unshare -rpf nsinit "$HELPER/facts" pid ppid
	assert_status 0
	assert_out "pid=2
ppid=1"
	run "$CB" unshare -rp nsclone nsinit "$HELPER/facts" pid ppid
	assert_out "pid=2
ppid=1"
	run "$CB" nsclone -rp nsclone -p nsinit sh -c 'exit 9'
	assert_status 9
}

# A directory of the host, left open by the caller, would be a way out.
testDescriptorsAreClosed()
{
	can_ns -Ur || return 0
	run "$HELPER/with" --open 3 --open 7 --open 300 "$CB" nsclone -rp \
		nsinit "$HELPER/facts" fds
	assert_out "fds=0:chr 1:file 2:file"
	# What the program opens is its own.
	run "$CB" nsclone -rp nsinit sh -c 'exec 5</; exec "$HELPER/facts" fds'
	assert_out "fds=0:chr 1:file 2:file 5:dir"
}

# Forty orphans that die at once and later: none stays a zombie.
testReapsOrphans()
{
	can_ns || return 0
	run $jail sh -c '
		i=0
		while [ $i -lt 20 ]; do
			sh -c "sleep 0.0$i & : &"
			i=$((i + 1))
		done
		sleep 0.4
		grep -c "^State:.Z" /proc/[0-9]*/status | grep -v :0
		echo /proc/[0-9]*; exit 6'
	assert_status 6
	assert_out "/proc/1 /proc/2"
}

testEndsAsTheProgram()
{
	can_ns || return 0
	for status in 0 1 42 255; do
		run $jail sh -c "exit $status"
		assert_status $status
	done
	for signal in 1 9 11 15 34 64; do
		run $jail sh -c 'kill -$0 $$; sleep 9' $signal
		assert_status $((128 + signal))
	done
	# An orphan's end is not the program's.
	run $jail sh -c '(sh -c "kill -9 \$\$" &) ; sleep 0.1; exit 3'
	assert_status 3
}

# The end of PID 1 is the end of all, also of those that ignore everything.
testNothingOutlivesIt()
{
	can_ns || return 0
	run $jail sh -c 'trap "" HUP INT TERM; setsid sleep $nap & sleep $nap & exit 4'
	assert_status 4
	no_left "sleep $nap"
}

# Within the root: the program sees nothing else of ours.
start_jail()
{
	start_at=$T/root/ready
	start $jail "$@"
}

# Sent to the outer process, and to PID 1 by the program's own child.
testForwardsSignals()
{
	can_ns || return 0
	for signal in HUP USR1 WINCH CONT TERM; do
		start_jail sh -c 'trap "exit 7" '$signal'
			sleep $nap & echo >/ready; wait; sleep 9'
		kill -$signal $outer
		finish
		assert_status 7
		run $jail sh -c 'trap "exit 8" '$signal'
			(kill -'$signal' 1; sleep 9) & wait; sleep 9'
		assert_status 8
	done
	for signal in 34 64; do # libc's own and the last
		start_jail sh -c 'echo >/ready; exec sleep $nap'
		kill -$signal $outer
		finish
		assert_status $((128 + signal))
	done
}

# Nobody in the jail can kill it, nor stop it.
testCannotBeKilledFromInside()
{
	can_ns || return 0
	run $jail sh -c 'kill -KILL 1; kill -STOP 1; sleep 0.1; kill -0 1 && exit 5'
	assert_status 5
}

# Undumpable, and it executed nothing inside: not even the root of its own user
# namespace sees into it.
testNothingToSeeInIt()
{
	can_ns -Ur || return 0
	run "$CB" nsclone -rmp nsmount -R "$T/root" proc /proc pivotroot "$T/root" \
		nsinit sh -c '
		[ "$(id -u)" = 0 ] || exit
		cd /proc/1 && cat comm
		for file in exe cwd root fd/0 fd/3 ns/mnt ns/user; do
			readlink $file
		done
		for file in environ auxv maps mem syscall stack; do
			cat $file | wc -c
		done 2>&1 | grep -v -e denied -e permitted
		chmod 4755 exe && echo chmod
		chroot root true && echo chroot'
	assertEquals cellbox "$(grep -v '^0$' "$T/out")"
	assertNotEquals "all was denied" "" "$(cat "$T/err")"
	assertEquals "" "$(grep -v -e 'Permission denied' -e 'not permitted' "$T/err")"
}

# CAP_KILL and nothing else; no privilege that it could lend.
testKeepsOneCapability()
{
	can_ns || return 0
	run $jail sh -c 'sed -n "s/^\(Cap[IPEA][a-z]*\):[[:space:]]*/\1 /p" /proc/1/status'
	assert_out "CapInh 0000000000000000
CapPrm 0000000000000020
CapEff 0000000000000020
CapAmb 0000000000000000"
	# The program keeps what it had.
	run $jail sh -c 'grep CapEff /proc/self/status'
	assertNotContains "$(cat "$T/out")" 0000000000000020
}

# Its child is no heir of "undumpable", which would give /proc/self to the
# host's root: a user could make no namespace any more.
testUserNamespaceBelow()
{
	can_ns -Ur || return 0
	run "$CB" nsclone -rp nsinit unshare -r id -u
	assert_status 0
	assert_out 0
	run $jail unshare -r sh -c 'id -u'
	assert_status 0
	run "$CB" nsclone -rmp nsmount -R "$T/root" proc /proc pivotroot "$T/root" \
		nsinit nsclone -rmp nsmount proc /proc nsinit facts pid uid
	assert_status 0
	assert_out "pid=2
uid=0 0 0"
}

testNotTheFirstProcess()
{
	run "$CB" nsinit sh -c '(sleep .1; exit 5) & exit 4'
	assert_status 4
	assertEquals "nsinit: warning: not PID 1: reaps as a child subreaper" "$(head -n 1 "$T/err")"
	# What is left is not left: KILLed and reaped.
	run "$CB" nsinit sh -c 'sleep 4712.5 & exit 4'
	assert_status 4
	no_left 'sleep 4712.5'
}

# Only root without a user namespace is told: nobody else's program can do it.
testTracer()
{
	can_ns || return 0
	run "$CB" nsclone $as -p nsinit sleep .2
	assert_status 0
	if is_root; then
		assert_err "$tracer: it reaches this process and the host's binary (add -r to nsclone or unshare)"
	else
		assertEquals '' "$(cat "$T/err")"
	fi
	run "$CB" nsclone -rp nsinit sleep .2
	assertEquals '' "$(cat "$T/err")"
}

. shunit2
