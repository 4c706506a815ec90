#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# How nsinit ends: --grace, --wait, what is left where it is not PID 1, and what
# a hostile program can do against it.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/background.sh
. "$TOP/tests/background.sh"

as=$(is_root || echo -r)
jail="$CB nsclone $as -p nsinit"

# Milliseconds. (busybox has a date without them.)
now()
{
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}0"
}

# timed CMD...: as run; how long it took in $ms
timed()
{
	begin=$(now)
	run "$@"
	ms=$(($(now) - begin))
}

deaf='trap "" TERM; echo >"$T/ready"; while :; do sleep 0.05; done'

# TERM, and KILL when the time is over
testGraceOfTheProgram()
{
	can_ns || return 0
	for words in "$jail" "$CB nsinit"; do
		start $words --grace 1 sh -c "$deaf"
		begin=$(now)
		kill -TERM $outer
		finish
		ms=$(($(now) - begin))
		assert_status 137
		assertTrue "$words: $ms ms" "[ $ms -ge 900 ] && [ $ms -lt 1900 ]"
	done
	# A second TERM does not prolong it; one that is dropped does not begin it.
	start $jail --grace 1 --rewrite USR1=TERM sh -c "$deaf"
	begin=$(now)
	kill -USR1 $outer
	sleep 0.6
	kill -TERM $outer
	finish
	ms=$(($(now) - begin))
	assert_status 137
	assertTrue "$ms ms" "[ $ms -ge 900 ] && [ $ms -lt 1550 ]"
	start $jail --grace 0 --rewrite TERM=0 sh -c 'echo >"$T/ready"; sleep 0.5; exit 3'
	kill -TERM $outer
	finish
	assert_status 3
}

# The main child ends; who else is there gets TERM, and KILL after that.
testGraceOfTheRest()
{
	can_ns || return 0
	for words in "$jail" "$CB nsinit"; do
		rm -f "$T/got"
		timed $words --grace 5 sh -c 'setsid sh -c "trap \"sleep .2; echo >$T/got; exit\" TERM
			echo >$T/up; while :; do sleep 0.02; done" &
			until [ -e $T/up ]; do sleep 0.02; done; rm $T/up; exit 4'
		assert_status 4
		assertTrue "$words: it had its time" "[ -e $T/got ]"
		assertTrue "$words: $ms ms" "[ $ms -lt 4000 ]"
		timed $words --grace 1 sh -c 'setsid sh -c "trap \"\" TERM; echo >$T/up
			while :; do sleep 0.02; done; : $nap" &
			until [ -e $T/up ]; do sleep 0.02; done; rm $T/up; exit 4'
		assert_status 4
		assertTrue "$words: $ms ms" "[ $ms -ge 900 ] && [ $ms -lt 3000 ]"
		no_left ": $nap"
	done
}

testWaitAll()
{
	can_ns || return 0
	for words in "$jail" "$CB nsinit"; do
		rm -f "$T/late"
		run $words --wait all --status-fd 1 sh -c 'setsid sh -c "sleep 0.4; echo >$T/late" & exit 5'
		assert_status 5
		assertTrue "$words: all" "[ -e $T/late ]"
		rm -f "$T/late"
		run $words --wait main sh -c 'setsid sh -c "sleep 0.4; echo >$T/late" & exit 5'
		assert_status 5
		sleep 0.6
		assertFalse "$words: main" "[ -e $T/late ]"
		# Signals go to the rest.
		start $words --wait all sh -c 'sh -c "trap \"exit 0\" USR1
			while kill -0 $$ 2>/dev/null; do sleep 0.02; done; echo >$T/ready
			while :; do sleep 0.02; done" & exit 6'
		kill -USR1 $outer
		finish
		assert_status 6
		# With a grace TERM ends that, too.
		start $words --wait all --grace 1 sh -c 'sh -c "trap \"\" TERM
			while kill -0 $$ 2>/dev/null; do sleep 0.02; done; echo >$T/ready
			while :; do sleep 0.02; done" & exit 7'
		kill -TERM $outer
		finish
		assert_status 7
	done
}

# More children than their list shows at once, and grandchildren
testNothingIsLeft()
{
	run "$CB" nsinit sh -c 'i=0; while [ $i -lt 900 ]; do sleep $nap & i=$((i + 1)); done
		(sh -c "sleep $nap & wait" &); exit 3'
	assert_status 3
	no_left "sleep $nap"
}

# A foreign root may have any list in its /proc: it names others.
testForgedList()
{
	can_ns -m || return 0
	make_root "$T/root"
	sleep $nap &
	victim=$!
	i=1
	while [ $i -lt 40 ]; do
		mkdir -p "$T/root/proc/self/task/$i"
		echo "$victim " >"$T/root/proc/self/task/$i/children"
		i=$((i + 1))
	done
	run "$CB" nsclone $as -m nsmount rbind "$T/root" "$T/root" pivotroot "$T/root" nsinit \
		sh -c 'exit 4'
	assertTrue "$rc" "[ $rc = 4 ] || [ $rc = 125 ]"
	assertTrue "the victim lives" "kill -0 $victim"
	kill -KILL $victim
	wait $victim 2>/dev/null
	rm -rf "$T/root"
}

# A pipe in the place of a file of /proc makes nobody wait.
testPipeInProc()
{
	can_ns -mp || return 0
	make_root "$T/root"
	mkdir -p "$T/root/proc/2" "$T/root/proc/self/fdinfo"
	mkfifo "$T/root/proc/2/status"
	for fd in 3 4 5 6 7 8; do
		mkfifo "$T/root/proc/self/fdinfo/$fd"
	done
	run "$HELPER/reap" -t 5 "$CB" nsclone $as -mp nsmount rbind "$T/root" "$T/root" \
		pivotroot "$T/root" nsinit sh -c 'sleep 0.2; exit 4'
	assert_status 4
	rm -rf "$T/root"
}

# A program that fills the queue of signals cannot hold TERM back.
testFullQueueDoesNotHoldTerm()
{
	can_ns || return 0
	start_at=$T/out
	start prlimit --sigpending=500 $jail --grace 0 "$HELPER/flood" -b
	start_at=$T/ready
	kill -TERM $outer
	wait $outer
	rc=$?
	assertTrue "$rc" "[ $rc = 143 ] || [ $rc = 137 ]"
}

. shunit2
