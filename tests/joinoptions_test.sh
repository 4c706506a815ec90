#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# setns-join: which namespaces, of whom, and what it waits for.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock
facts=$(printf 'ns_%s ' $kinds)
user=$(is_root || echo ,user)

jail()
{
	up "$T/up" "$CB" setns-serve "$S" nsclone $as -mpiun --hostname web sh -c "$sleeper" "$T/up"
}

# entered WORDS: kinds that are the jail's and not ours
entered()
{
	run "$CB" setns-join "$@" "$HELPER/facts" $facts
	assert_status 0
	"$HELPER/facts" $facts >"$T/ours"
	assertEquals "not the jail's" "" "$(grep -vxFf "$T/ours" "$T/out" | grep -vxFf "$T/up.facts")"
	kinds_in=$(grep -vxFf "$T/ours" "$T/out" | sed 's/ns_//; s/=.*//' | xargs)
}

testOnly()
{
	can_ns -Ur || return 0
	jail || return 0
	pid=$(sleeper_pid)
	for words in "--only uts,net$user $S" "-un $(is_root || echo -U) $S" "--only uts,net$user -t $pid" \
		"--uts --net $(is_root || echo --user) -t $pid"; do
		entered $words
		assertEquals "$words" "net $(is_root || echo 'user ')uts" "$kinds_in"
	done
	entered "$S"
	assertEquals "ipc mnt net pid $(is_root || echo 'user ')uts" "$kinds_in"
	down
}

testExpect()
{
	can_ns -Ur || return 0
	jail || return 0
	for words in "$S" "-t $(sleeper_pid)"; do
		run "$CB" setns-join --expect fs,uts,ipc,net,pid $words true
		assert_status 0
		refused "setns-join: --expect 'uts,cgroup,time': not entered: cgroup,time (it is not served, or is the caller's, too)" \
			setns-join --expect uts,cgroup,time $words true
	done
	refused "setns-join: --expect 'net': not entered: net *" setns-join --expect net --only uts$user "$S" true
	refused "setns-join: --ns 'nut': unknown namespace *" -n setns-join --expect nut "$S"
	down
}

testFiles()
{
	needs_root || return 0
	jail || return 0
	ns=/proc/$(sleeper_pid)/ns
	refused "setns-join: the limits of this jail are not known, *" setns-join --uts=$ns/uts true
	run "$CB" setns-join --keep-privileges --uts=$ns/uts --net=$ns/net hostname
	assert_out web
	# A file for one kind, the socket or the process for another
	jail=$outer
	up "$T/two" "$CB" nsclone -u --hostname other sh -c "$sleeper" "$T/two" || return 0
	other=$outer outer=$jail
	theirs=/proc/$(cat "$T/two")/ns
	run "$CB" setns-join --uts=$theirs/uts -n "$S" sh -c 'hostname; "$HELPER/facts" ns_net'
	assert_out "other
$(grep ns_net= "$T/up.facts")"
	kill $other
	wait $other 2>/dev/null
	refused "setns-join: open '/no/such': No such file or directory" setns-join --net=/no/such true
	refused "setns-join: '$ns/uts' is not a net namespace" setns-join --net=$ns/uts true
	refused "setns-join: '/etc/passwd' is not a net namespace" setns-join --net=/etc/passwd true
	down
	assert_status 143
	no_left "sleep $nap"
}

testWait()
{
	can_ns -Ur || return 0
	{
		sleep 0.5
		exec "$CB" setns-serve --hold "$S" nsclone $as -u --hostname late true
	} &
	server=$!
	run "$CB" setns-join --wait 20 "$S" hostname
	assert_status 0
	assert_out late
	kill $server
	wait $server 2>/dev/null
	begin=$(date +%s)
	refused "setns-join: connect '$S': No such file or directory" setns-join --wait 1 "$S" true
	took=$(($(date +%s) - begin))
	assertTrue "it waited $took s" "[ $took -ge 1 ] && [ $took -le 4 ]"
	for signal in 2 15; do # who waits can be stopped
		"$HELPER/reap" "$CB" setns-join --wait 60 "$S" true 2>/dev/null &
		waiter=$!
		until w=$(cat /proc/$waiter/task/$waiter/children) && [ "$w" ]; do sleep 0.02; done
		sleep 0.1
		kill -$signal $w
		wait $waiter
		assertEquals "$signal" $((128 + signal)) $?
	done
	refused "setns-join: --wait '1000001': more than 1000000 seconds" -n setns-join --wait 1000001 "$S"
	refused "setns-join: --wait is for a SOCKET" -n setns-join --wait 1 -t 1
}

# The cgroup of who executed the program
testCgroup()
{
	needs_root || return 0
	top=/sys/fs/cgroup/unified
	[ -e $top ] || top=/sys/fs/cgroup
	grep -q " $top cgroup2 " /proc/mounts || skip "no cgroup v2" || return 0
	mkdir "$top/$NAME-join" || skip "no cgroup can be made" || return 0
	up "$T/up" sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$top/$NAME-join" \
		"$CB" setns-serve "$S" nsclone -mpiun sh -c "$sleeper" "$T/up" || return 0
	for words in "$S" "-t $(sleeper_pid)"; do
		run "$CB" setns-join --join-cgroup $words grep ^0: /proc/self/cgroup
		assert_out "0::*/$NAME-join"
		run "$CB" setns-join $words grep ^0: /proc/self/cgroup
		assertNotContains "$(cat "$T/out")" "$NAME-join"
	done
	down
	tries=50
	until rmdir "$top/$NAME-join" 2>/dev/null || [ $tries = 0 ]; do tries=$((tries - 1)); sleep 0.1; done
	assertFalse "the cgroup is left" "[ -e $top/$NAME-join ]"
	refused "setns-join: --join-cgroup needs a SOCKET or -t PID" -n setns-join --join-cgroup --uts=x
}

# Nothing is mounted at /proc: where the kernel has the ioctls of a pidfd
# (Linux 6.11), a jail is served and joined all the same.
testNoProc()
{
	can_ns -Ur || return 0
	up "$T/bare" "$CB" nsclone $as -m nsmount tmpfs /proc sh -c '
		"$CB" setns-serve "$0.sock" nsclone -u --hostname web sh -c "echo 1 >\$0; exec sleep '$nap'" "$0.in" &
		until [ -s "$0.in" ]; do sleep 0.02; done
		"$CB" setns-join "$0.sock" hostname
		"$CB" setns-join --keep-privileges -u -t $(cat "$0.pid" 2>/dev/null || echo $!) hostname >/dev/null
		echo $?
		kill $!
		wait $!
		echo end >"$0"' "$T/bare" || return 0
	wait $outer
	case $(uname -r) in
	[0-5].* | 6.[0-9].* | 6.10.*) assertContains "$(cat "$T/bare.err")" "(/proc is not mounted)" ;;
	*) assertEquals "web
0" "$(cat "$T/bare.out")" ;;
	esac
	rm -f "$T/bare.sock"
	no_left "sleep $nap"
}

# --- the server, after as many joins ---------------------------------------------------

# 100,000 where CELLBOX_LOAD is 10000: no descriptor, memory or zombie more.
testManyJoins()
{
	needs_root || return 0
	[ "$WAY" = root/dash ] || return 0
	jail || return 0
	run "$HELPER/peer" ask "$S" ask 100 # it has its pages
	sleep 0.2 # and has closed the last one
	state()
	{
		find /proc/$outer/fd -type l | wc -l
		sed -n 's/^\(VmRSS\|VmData\|VmStk\|Threads\):[^0-9]*//p' /proc/$outer/status
	}
	before=$(state)
	joins=$((1000 * ${CELLBOX_LOAD:-100} / 100))
	run "$HELPER/peer" ask "$S" ask $joins
	assertEquals "$joins 216 8" "$(uniq -c "$T/out" | xargs)"
	n=0
	while [ $n -lt $((joins / 10)) ]; do
		"$CB" setns-join "$S" true || fail "join $n"
		n=$((n + 1))
	done
	sleep 0.2
	assertEquals "descriptors, VmData, VmStk, VmRSS, threads after $joins" "$before" "$(state)"
	assertEquals "zombies" "" "$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | while read -r f; do
		grep -q "^PPid:.$outer\$" "$f" && echo "$f"; done)"
	echo "# $joins answers and $n joins: $(echo $before | xargs) -> $(state | xargs)"
	down
}

# The parsers with the corpus of tests/fuzz, and each input cut and with a bit changed
testCorpus()
{
	for target in request answer; do
		run "$HELPER/replay-$target" "$TOP"/tests/fuzz/$target/*
		assert_status 0
		assertTrue "$target: $(cat "$T/out") inputs" "[ $(cat "$T/out") -ge 500 ]"
	done
}

. shunit2
