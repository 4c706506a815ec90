#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The hello: nsclone --report, alone and beside setns-serve.
#
# shellcheck disable=SC2015,SC2016,SC2031,SC2046,SC2086,SC2154 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

S=$T/sock

# --- the hello: reports, alone and beside a server --------------------------

# reported WORDS...: what the report says, with numbers as N, in $T/report.
reported()
{
	(exec 3>"$T/fd3" && "$CB" "$@") >"$T/out" 2>"$T/err" </dev/null
	rc=$?
	sed '/^ns_/d; s/^\([a-z]*=\)[0-9][0-9]*$/\1N/; s/^\(exit\|signal\)=N/\1=N/' "$T/fd3" | xargs >"$T/report"
}

testReport()
{
	can_ns || return 0
	for before in '' "setns-serve $S"; do
		reported $before nsclone $as --report 3 -mpiu sh -c 'exit 7'
		assert_status 7
		assertEquals "$before" "supervisor=N init=N pid=N ready=N exit=N" "$(cat "$T/report")"
		assertEquals "exit=7" "$(sed -n '$p' "$T/fd3")"
		reported $before nsclone $as --report 3 -mpiu nsinit sh -c 'kill -TERM $$'
		assert_status 143
		assertEquals "exit=143" "$(sed -n '$p' "$T/fd3")"
		reported $before nsclone $as --report 3 -u sh -c 'kill -TERM $$'
		assertEquals "supervisor=N pid=N ready=N signal=N" "$(cat "$T/report")"
		assertEquals "signal=15" "$(sed -n '$p' "$T/fd3")"
		reported $before nsclone $as --report 3 -mpiu nsmount bind /no/such /mnt true
		assert_status 125
		assertEquals "$before" "failed=nsmount 2" "$(cat "$T/report")"
		reported $before nsclone $as --report 3 -mpiu /no/such
		assert_status 127
		assertEquals "$before" "supervisor=N init=N pid=N failed=cellbox 2" "$(cat "$T/report")"
	done
	assertFalse "a socket is left" "[ -e $S ]"
	refused "nsclone: --report '9': Bad file descriptor" nsclone -r --report 9 true
}

# The pids are those of the processes, in our numbering; the socket answers at ready.
testReportTellsTheTruth()
{
	can_ns -Ur || return 0
	for order in "setns-serve $S nsclone $as --report 3 -mpiun" "nsclone $as --report 3 -m setns-serve $S nsclone -piun"; do
		up "$T/up" sh -c 'exec 3>"$0"; exec "$@"' "$T/fd3" "$CB" $order nsinit sh -c "$sleeper" "$T/up" || return 0
		eval "$(cat "$T/fd3")"
		assertEquals 1 "$ready"
		assertEquals "$(sleeper_pid)" "$pid"
		[ "$order" = "${order#nsclone}" ] || init=$outer # made behind the report
		assertEquals "$order" cellbox "$(cat "/proc/$init/comm")"
		run "$CB" setns-join -t "$pid" "$HELPER/facts" ns_pid
		assertEquals "$(grep ns_pid= "$T/up.facts")" "$(cat "$T/out")"
		kill "$supervisor"
		wait $outer 2>/dev/null
		assertEquals 143 $?
		no_left "sleep $nap"
	done
}

# One refuses: the other reports no jail, and no program runs.
testOneRefuses()
{
	can_ns || return 0
	for order in "setns-serve $S nsclone $as --report 3 -mpiu" "nsclone $as --report 3 -m setns-serve $S nsclone -piu"; do
		(exec 3>"$T/fd3" && strace -f -qq -o "$T/trace" -e trace=epoll_ctl \
			-e inject=epoll_ctl:error=ENOMEM "$CB" $order touch "$T/ran") >"$T/out" 2>"$T/err" </dev/null
		rc=$? ran=$order
		assert_status 125
		assert_err "setns-serve: serve '$S': Out of memory"
		assertNotContains "$(cat "$T/fd3")" ready=
		assertTrue "$order: it says: $(cat "$T/fd3")" "sed -n '\$p' $T/fd3 | grep -q ^failed="
		assertFalse "the program ran" "[ -e $T/ran ]"
		assertFalse "the socket is left" "[ -e $S ]"
	done
}

. shunit2
