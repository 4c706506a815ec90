#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# Signals: storms in the first milliseconds of a jail, of which none is lost and
# nothing is left; what the caller ignored, blocked or closed; the program's own.
# CELLBOX_LOAD (100) is a percentage of the runs.
#
# timeout: 240
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/background.sh
. "$TOP/tests/background.sh"

as=$(is_root || echo -r)

oneTimeSetUp()
{
	make_root "$T/root"
	jail="$CB nsclone $as -mpiun --hostname web nsmount -R $T/root proc /proc
		pivotroot $T/root nsinit"
}

# many PARTS: so many starts, a PARTS-th of all. In one shell the whole of it:
# the storms are not the shell's.
many()
{
	runs=$((${CELLBOX_LOAD:-100} * 10 / $1))
	case $WAY in
	*/ash) runs=$((runs / 10)) ;;
	esac
	[ $runs -gt 5 ] || runs=5
}

setUp()
{
	many 1
}

# storm OPTION... WORD...: none of the starts goes wrong, or leaves a word.
storm()
{
	run "$HELPER/storm" -n $runs -j 2 "$@" sleep $nap
	assert_status 0
	assert_err ''
	assert_out "runs=$runs * wrong=0 hangs=0 strays=0 zombies=0"
	no_left "sleep $nap"
}

# A storm in which all goes wrong.
testStormCanFail()
{
	run "$HELPER/storm" -n 5 -s CONT -e 148 $jail true
	assert_status 1
	assert_out "* wrong=5 *"
}

# 143 from every start, be it killed before the first act or after the last.
testTerm()
{
	can_ns || return 0
	storm -w 3000 $jail
}

testTermWithoutInit()
{
	can_ns -Ur || return 0
	many 4
	storm -w 3000 "$CB" nsclone $as -mpiun
	storm -w 3000 "$CB" unshare $as -mpf
	storm -w 3000 "$CB" nsclone -r nsclone -p nsclone unshare -f
}

testIntHupAndUnknownSignals()
{
	can_ns || return 0
	many 4
	storm -s INT -w 3000 $jail
	storm -s HUP -w 3000 $jail
	storm -s 34 -w 3000 $jail
	storm -s 64 -w 3000 $jail
}

# No process, mount or zombie.
testKill()
{
	can_ns || return 0
	cat /proc/self/mountinfo >"$T/before"
	storm -s KILL -w 4000 $jail
	cat /proc/self/mountinfo >"$T/after"
	assertTrue "mounts" "cmp $T/before $T/after"
	no_left "$T/root"
}

testKillWithoutInit()
{
	can_ns -Ur || return 0
	many 4
	storm -s KILL -w 4000 "$CB" nsclone $as -mpiun
	storm -s KILL -w 4000 "$CB" nsclone -r nsclone -p nsclone
}

# --- odd callers ---------------------------------------------------------------

testStormsWithHupIgnored()
{
	can_ns || return 0
	storm -H -w 3000 $jail
	storm -H -s KILL -w 4000 $jail
}

testStormsWithChildIgnored()
{
	can_ns || return 0
	storm -C -w 3000 $jail
	storm -C -s KILL -w 4000 $jail
}

testStormsWithASignalBlocked()
{
	can_ns || return 0
	storm -w 3000 "$HELPER/with" --block 34 $jail
	storm -s KILL -w 4000 "$HELPER/with" --block 34 $jail
}

testStormsWithClosedDescriptors()
{
	can_ns || return 0
	storm -w 3000 "$HELPER/with" --close 0 --close 1 --close 2 $jail
	storm -s KILL -w 4000 "$HELPER/with" --close 0 --close 1 --close 2 $jail
}

# early SIGNAL WORD...: as a storm, for signals that the caller (this shell, that
# is busybox: dash empties its mask) ignores or blocks from the first moment.
early='i=0
	while [ $i -lt $RUNS ]; do
		"$@" &
		[ $((i % 4)) = 0 ] || sleep 0.00$((i % 4))
		kill -$SIGNAL $!
		wait $!
		echo $?
		i=$((i + 1))
	done | sort | uniq -c | tr -s " "'

# nohup: HUP does nothing at any moment; the program ends when it ends.
testHupIgnoredDoesNotKill()
{
	can_ns -Ur || return 0
	many 10
	for words in "$jail" "$CB nsclone -rp" "$CB unshare -rf"; do
		run env RUNS=$runs SIGNAL=HUP "$HELPER/with" --ignore HUP \
			busybox ash -c "$early" ash $words sh -c 'sleep 0.01; exit 7'
		assert_err ''
		assert_out " $runs 7"
		run env RUNS=$runs SIGNAL=TERM "$HELPER/with" --ignore HUP \
			busybox ash -c "$early" ash $words sleep $nap
		assert_out " $runs 143"
	done
	for signal in CONT WINCH URG; do # nobody dies of these
		run env RUNS=$runs SIGNAL=$signal \
			busybox ash -c "$early" ash $jail sh -c 'sleep 0.01; exit 7'
		assert_out " $runs 7"
	done
}

# Blocked by the caller, it is pending in the program, whenever it came.
testEarlySignalReachesTheProgram()
{
	can_ns || return 0
	many 10
	run env RUNS=$runs SIGNAL=USR1 "$HELPER/with" --block USR1 \
		busybox ash -c "$early" ash $jail sh -c '
		for i in 1 2 3 4 5 6 7 8 9 10; do
			grep -q "^ShdPnd:.0000000000000200$" /proc/$$/status && exit 7
			sleep 0.005
		done; exit 9'
	assert_err ''
	assert_out " $runs 7"
}

# --- the program gets the caller's -----------------------------------------------

signals()
{
	run "$@" "$HELPER/facts" SigBlk SigIgn SigCgt
	assert_status 0
	cat "$T/out"
}

testMaskAndIgnoredAreTheCallers()
{
	can_ns -Ur || return 0
	for words in '' 'unshare -r' 'unshare -rpf' 'nsclone -r' 'nsclone -rp nsinit' \
		'nsclone -r nsclone -p nsinit unshare -f'; do
		assertEquals "$words" "SigBlk=0000000000000000
SigIgn=0000000000000000
SigCgt=0000000000000000" "$(signals "$CB" $words)"
		assertEquals "$words" "SigBlk=8000000380014a02
SigIgn=0000000000010001
SigCgt=0000000000000000" "$(signals "$HELPER/with" \
			--block 2 --block 10 --block 12 --block 15 --block 17 --block 32 \
			--block 33 --block 34 --block 64 --ignore HUP --ignore CHLD \
			"$CB" $words)"
	done
}

testStatusWithChildIgnored()
{
	can_ns -Ur || return 0
	for words in 'unshare -rf' 'nsclone -r' 'nsclone -rp nsinit'; do
		run "$HELPER/with" --ignore CHLD "$CB" $words sh -c 'exit 6'
		assert_status 6
	done
}

# What the caller blocked does not end who waits, nor the jail.
testBlockedByTheCaller()
{
	can_ns -Ur || return 0
	for words in 'nsclone -r' 'nsclone -rp' 'nsclone -rp nsinit' 'unshare -rpf'; do
		start "$HELPER/with" --block 34 --block TERM "$CB" $words sh -c "$sleeper"
		kill -TERM $outer
		kill -34 $outer
		pid=''
		until [ "$pid" ] && grep -q '^ShdPnd:.0000000200004000$' "/proc/$pid/status"; do
			kill -0 $outer || break
			pid=$(processes_like "sleep $nap" | sed -n 's/ sleep.*//p')
		done
		assertTrue "$words: it waits" "kill -0 $outer"
		assertNotEquals "$outer" "$pid"
		kill -KILL $pid
		finish
		assert_status 137
	done
}

. shunit2
