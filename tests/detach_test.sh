#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsclone --detach: the shell is given back when the jail stands.
#
# timeout: 120
# shellcheck disable=SC2015,SC2016,SC2034,SC2086,SC2094,SC2154 # words are words, eval sets what is used
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/background.sh
. "$TOP/tests/background.sh"

as=$(is_root || echo -r)

# detached WORDS...: $rc, the report in $T/out, its variables set anew.
detached()
{
	supervisor='' init='' pid='' ready='' ns_mnt='' ns_pid=''
	run "$CB" nsclone $as --detach "$@"
	eval "$(cat "$T/out")"
}

ended()
{
	kill "$supervisor"
	no_left "sleep $nap"
}

# The whole idiom, by the shell at work; with 2>&1, too, it does not hang.
testEval()
{
	can_ns || return 0
	for redirection in '' '2>&1'; do
		run sh -c 'eval "$("$0" nsclone '"$as"' --detach -p nsinit sleep $nap '$redirection')"
			[ "$ready" = 1 ] && tr "\0" " " <"/proc/$pid/cmdline"
			kill $supervisor' "$CB"
		assert_status 0
		assert_err ''
		assert_out "sleep $nap "
		no_left "sleep $nap"
	done
}

# Every record once, in order, and true.
testReport()
{
	can_ns || return 0
	detached -mpiun nsinit sleep $nap
	assert_status 0
	assert_err ''
	assertEquals "supervisor init pid ns_mnt ns_uts ns_ipc ns_net ns_pid ns_user ns_cgroup ns_time ready" \
		"$(sed 's/=.*//' "$T/out" | xargs)"
	assertEquals sleep "$(cat "/proc/$pid/comm")"
	assertEquals 1 "$(sed -n 's/^NSpid:.*\t//p' "/proc/$init/status")"
	run "$CB" setns-join -t "$pid" "$HELPER/facts" ns_mnt ns_pid ns_net
	assert_out "*pid*"
	assertContains "$(cat "$T/out")" "ns_mnt=$ns_mnt"
	assertContains "$(cat "$T/out")" "ns_pid=$ns_pid"
	kill -0 "$supervisor" || fail "no supervisor"
	ended
}

# The program's own session, stdin and output; nothing of the caller's is open.
testWhatTheProgramHas()
{
	can_ns || return 0
	for words in '' -p '--respawn --max-restarts 0'; do
		(exec "$CB" nsclone $as --detach $words sh -c '
			read -r x; echo "<$x>" >"$T/ready"; exec sleep $nap') >"$T/out" <"$CB"
		eval "$(cat "$T/out")"
		i=0
		until [ -s "$T/ready" ] || [ $i = 200 ]; do sleep 0.01; i=$((i + 1)); done
		assertEquals "$words: input and output" "/dev/null /dev/null /dev/null" \
			"$(for fd in 0 1 2; do readlink "/proc/$pid/fd/$fd"; done | xargs)"
		assertEquals "no input" "<>" "$(cat "$T/ready")"
		for process in $supervisor $pid; do
			assertNotEquals "$words: the session" "$(cut -d' ' -f6 "/proc/$$/stat")" \
				"$(cut -d' ' -f6 "/proc/$process/stat")"
			[ "$process" = "$supervisor" ] && ! is_root && continue
			ls -l "/proc/$process/fd" >"$T/fds"
			assertFalse "$words: $process holds what the caller has" "grep -q $T $T/fds"
		done
		rm -f "$T/ready"
		ended
	done
}

testOutput()
{
	can_ns -Ur || return 0
	echo before >"$T/log"
	detached --output "$T/log" -p sh -c 'echo out; echo err >&2; sleep 0.1; echo late; exit 3'
	assert_status 0
	assertEquals 1 "$ready"
	for i in 1 2 3 4 5 6 7 8 9 10; do
		grep -q late "$T/log" && break
		sleep 0.1
	done
	assertEquals "before out err late" "$(xargs <"$T/log")"
	run "$CB" nsclone $as --detach --output "$T/no/such" true
	assert_status 125
	assert_err "nsclone: open '$T/no/such': No such file or directory"
	run "$CB" nsclone $as --detach --output "$T" true
	assert_status 125
	assert_err "nsclone: open '$T': Is a directory"
}

# A jail that was not built is told outside, and from a program's own 125.
testFailures()
{
	can_ns || return 0
	for words in '' -p '--respawn' "--report 1 --pid-file $T/pid"; do
		detached $words -m nsmount bind /no/such /mnt touch "$T/ran"
		assert_status 125
		assert_err "nsmount: bind '/no/such' '/mnt': No such file or directory*"
		assertNotContains "$(cat "$T/out")" ready
		detached $words /no/such
		assert_status 127
		assert_err "cellbox: run '/no/such': No such file or directory"
		assertNotContains "$(cat "$T/out")" ready
		detached $words /dev/null
		assert_status 126
		assert_err "cellbox: run '/dev/null': Permission denied"
		detached $words --respawn-unless 125 --respawn sh -c 'exit 125'
		assert_status 0
		assert_err ''
		assertEquals 1 "$ready"
		while kill -0 "$supervisor" 2>/dev/null; do sleep 0.01; done
	done
	assertFalse "the program ran" "[ -e $T/ran ]"
	assertFalse "the pid file is left" "[ -e $T/pid ]"
	detached --outside 'exit 3' touch "$T/ran"
	assert_status 125
	assert_err "nsclone: --outside 'exit 3': status 3"
	assert_out ''
}

# Its program ends at once, before anybody could look.
testShortLife()
{
	can_ns || return 0
	i=0
	while [ $i -lt $((${CELLBOX_LOAD:-100} / 5)) ]; do
		detached -p nsinit true
		assert_status 0
		assertEquals 1 "$ready"
		detached false
		assert_status 0
		assertEquals 1 "$ready"
		i=$((i + 1))
	done
}

# A signal to the caller's process while the jail is built ends it.
testKilledWhileBuilding()
{
	can_ns || return 0
	for signal in TERM INT HUP KILL; do
		start "$HELPER/reap" -o "$T/strays" "$CB" nsclone $as --detach -p \
			--outside 'echo $$ >"$T/ready"; exec sleep $nap' touch "$T/ran"
		kill -$signal "$(cat /proc/$outer/task/$outer/children)"
		wait $outer
		assertEquals "$signal" "$([ $signal = KILL ] && echo 137 || echo 125)" $?
		[ $signal = KILL ] && kill "$said"
		no_left "sleep $nap"
		assertFalse "the program ran" "[ -e $T/ran ]"
	done
}

# The report cannot be printed: no jail without its number.
testStdoutIsFull()
{
	can_ns -Ur || return 0
	"$CB" nsclone $as --detach -p sleep $nap >/dev/full 2>"$T/err"
	assertEquals 125 $?
	assert_err "nsclone: print the report: No space left on device"
	no_left "sleep $nap"
}

# With a report of one's own beside
testReportBeside()
{
	can_ns || return 0
	rm -f "$T/fifo"
	mkfifo "$T/fifo"
	cat "$T/fifo" >"$T/told" &
	detached --report 3 -p nsinit sh -c 'exit 9' 3>"$T/fifo"
	wait $!
	assert_status 0
	assertEquals "$(grep -v ready "$T/out")
ready=1
exit=9" "$(cat "$T/told")"
}

. shunit2
