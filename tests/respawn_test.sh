#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsclone --respawn: a new jail after the old one, by policy, signals and time.
#
# timeout: 180
# shellcheck disable=SC2011,SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/background.sh
. "$TOP/tests/background.sh"

as=$(is_root || echo -r)
S=$T/sock

# counted STATUS TIMES WORDS...: so many runs of the program, and the end.
counted()
{
	expected=$1 times=$2
	shift 2
	: >"$T/count"
	run "$HELPER/reap" -t 20 "$CB" nsclone $as "$@"
	assert_status "$expected"
	assert_err ''
	assertEquals "$*" "$times" "$(wc -l <"$T/count")"
}

testPolicies()
{
	can_ns || return 0
	counted 3 3 --respawn --max-restarts 2 sh -c 'echo >>"$T/count"; exit 3'
	counted 0 2 --respawn=always --max-restarts 1 -p nsinit sh -c 'echo >>"$T/count"'
	counted 0 1 --respawn=on-failure -p sh -c 'echo >>"$T/count"'
	counted 0 3 --respawn=on-failure sh -c 'echo >>"$T/count"; [ $(wc -l <"$T/count") = 3 ]'
	counted 1 3 --respawn --respawn-unless 1 sh -c 'echo >>"$T/count"; [ $(wc -l <"$T/count") = 3 ] && exit 1; exit 2'
	counted 143 2 --respawn --respawn-unless 143 sh -c 'echo >>"$T/count"; [ $(wc -l <"$T/count") = 1 ] || kill $$'
	counted 7 1 --respawn --max-restarts 0 sh -c 'echo >>"$T/count"; exit 7'
	counted 125 2 --respawn --max-restarts 1 sh -c 'echo >>"$T/count"; exit 125'
}

# A jail that cannot be built, now or later, never loops.
testNotBuilt()
{
	can_ns || return 0
	run "$HELPER/reap" -t 20 "$CB" nsclone $as --respawn -m nsmount bind /no/such /mnt true
	assert_status 125
	assert_err "nsmount: bind '/no/such' '/mnt': No such file or directory*"
	run "$HELPER/reap" -t 20 "$CB" nsclone $as --respawn -p /no/such
	assert_status 127
	run "$HELPER/reap" -t 20 "$CB" nsclone $as --respawn --outside '[ ! -e "$T/once" ]' sh -c 'echo >"$T/once"; exit 3'
	assert_status 125
	assert_err "nsclone: --outside '*': status 1"
	mkdir "$T/src" "$T/dst"
	run "$HELPER/reap" -t 20 "$CB" nsclone $as --respawn -m nsmount bind "$T/src" "$T/dst" rmdir "$T/src"
	assert_status 125
	assert_err "nsmount: bind '$T/src' '$T/dst': No such file or directory*"
}

# 100 ms, then twice as long each time
testBackOff()
{
	can_ns -Ur || return 0
	began=$(awk '{ print int($1 * 100) }' /proc/uptime)
	counted 3 5 --respawn --max-restarts 4 sh -c 'echo >>"$T/count"; exit 3'
	took=$(($(awk '{ print int($1 * 100) }' /proc/uptime) - began))
	assertTrue "1.5 s, not $took/100" "[ $took -ge 149 ] && [ $took -lt 400 ]"
}

# HUP: the present one ends, the next begins at once; also while it waits for it.
testHup()
{
	can_ns || return 0
	start "$HELPER/reap" "$CB" nsclone $as --respawn -p nsinit sh -c 'echo $T >>"$T/count"; echo $$ >"$T/ready"; exec sleep $nap'
	waits=$(xargs </proc/$outer/task/$outer/children)
	for n in 1 2 3 4 5; do
		: >"$T/count"
		kill -HUP $waits
		until [ -s "$T/count" ] || ! kill -0 $waits; do sleep 0.01; done
		assertEquals "$n: again" 1 "$(wc -l <"$T/count")"
		assertEquals "the one before is gone" 1 "$(processes_like "sleep $nap" | grep -cv sh)"
	done
	kill -TERM $waits
	finish
	assert_status 143
	# back-off cut short
	rm -f "$T/count"
	start "$CB" nsclone $as --respawn sh -c 'echo >>"$T/count"; [ $(wc -l <"$T/count") -lt 6 ] || echo $$ >"$T/ready"; exit 3'
	was=$(wc -l <"$T/count")
	kill -HUP $outer
	sleep 0.3
	assertTrue "at once" "[ $(wc -l <"$T/count") -gt $was ]"
	kill -TERM $outer
	wait $outer
	assertEquals "TERM while it waits for the next" 3 $?
}

testSignalsThatEnd()
{
	can_ns || return 0
	for signal in TERM:143 INT:130 QUIT:131; do
		for words in '-p nsinit' '-p' ''; do
			start "$HELPER/reap" "$CB" nsclone $as --respawn $words sh -c 'echo $$ >"$T/ready"; exec sleep $nap'
			kill -${signal%:*} $(cat /proc/$outer/task/$outer/children)
			finish
			assert_status ${signal#*:}
		done
	done
	# others go on
	start "$HELPER/reap" "$CB" nsclone $as --respawn --max-restarts 0 sh -c 'trap "exit 9" USR1; echo $$ >"$T/ready"; while :; do sleep 0.05; done'
	kill -USR1 $(cat /proc/$outer/task/$outer/children)
	finish
	assert_status 9
	# KILL: all of it
	start "$CB" nsclone $as --respawn -p nsinit sh -c "$sleeper"
	kill -KILL $outer
	finish
	assert_status 137
}

# nohup's HUP is no wish.
testHupIgnored()
{
	can_ns -Ur || return 0
	start "$HELPER/with" --ignore HUP "$CB" nsclone $as --respawn sh -c "$sleeper"
	kill -HUP $outer
	sleep 0.2
	assertEquals "the same" "$said" "$(cat "$T/ready")"
	assertTrue "it lives" "kill -0 $said"
	kill -TERM $outer
	finish
	assert_status 143
}

# New namespaces each time; the pid file and the report's number stay.
testNewNamespaces()
{
	can_ns || return 0
	: >"$T/count"
	run "$HELPER/reap" -t 20 "$CB" nsclone $as --respawn --max-restarts 3 --pid-file "$T/pid" --report 1 -mpu nsinit sh -c 'echo "$(readlink /proc/self/ns/mnt) $(cat "$T/pid")" >>"$T/count"'
	assert_status 0
	assertEquals 4 "$(wc -l <"$T/count")"
	assertEquals 1 "$(cut -d' ' -f2 "$T/count" | sort -u | wc -l)"
	assertEquals 4 "$(grep -c ready=1 "$T/out")"
	assertEquals 1 "$(grep supervisor= "$T/out" | sort -u | wc -l)"
	assertEquals "supervisor=$(sed -n '1s/.* //p' "$T/count")" "$(sed -n 1p "$T/out")"
	assertFalse "the pid file is left" "[ -e $T/pid ]"
}

# design.md 4: the document's reload. The socket is there, anew, each time.
testWithServer()
{
	can_ns || return 0
	: >"$T/count"
	start "$HELPER/reap" "$CB" nsclone $as --respawn setns-serve "$S" nsclone -mpiun \
		nsinit sh -c 'echo >>"$T/count"; echo $$ >"$T/ready"; exec sleep $nap'
	waits=$(xargs </proc/$outer/task/$outer/children)
	for n in 1 2 3; do
		run "$CB" setns-join "$S" "$HELPER/facts" ns_pid
		assert_status 0
		assert_out 'ns_pid=*'
		assertNotEquals "$("$HELPER/facts" ns_pid)" "$(cat "$T/out")"
		rm -f "$T/ready"
		kill -HUP $waits
		until [ -s "$T/ready" ] || ! kill -0 $waits; do sleep 0.01; done
	done
	kill -TERM $waits
	finish
	assert_status 143
	assertFalse "the socket is left" "[ -e $S ]"
}

# 200 of them: who waits has no more descriptors, children or mounts than before.
testNothingLeaks()
{
	can_ns || return 0
	runs=$((${CELLBOX_LOAD:-100} * 2))
	cat /proc/self/mountinfo >"$T/before"
	start "$HELPER/reap" -t 100 -o "$T/strays" "$CB" nsclone $as --respawn setns-serve "$S" nsclone -mpiun nsinit \
		sh -c 'echo $$ >"$T/ready"; exec sleep $nap'
	waits=$(xargs </proc/$outer/task/$outer/children)
	is_root && fds=$(ls /proc/$waits/fd | xargs)
	i=0
	while [ $i -lt $runs ]; do
		rm -f "$T/ready"
		kill -HUP $waits
		until [ -s "$T/ready" ] || ! kill -0 $waits; do sleep 0.005; done
		i=$((i + 1))
	done
	is_root && assertEquals "descriptors" "$fds" "$(ls /proc/$waits/fd | xargs)"
	assertEquals "children" 1 "$(wc -w </proc/$waits/task/$waits/children | xargs)"
	assertEquals "one jail" 1 "$(processes_like "sleep $nap" | grep -cv sh)"
	kill -TERM $waits
	finish
	assert_status 143
	assertEquals "strays" "" "$(cat "$T/strays")"
	cat /proc/self/mountinfo >"$T/after"
	assertTrue "mounts" "cmp $T/before $T/after"
}

. shunit2
