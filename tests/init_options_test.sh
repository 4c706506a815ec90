#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsinit's options but those of the end (init_end) and the terminal (console):
# who gets a signal and which one, which descriptors go on, what is told, and bad
# words.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/background.sh
. "$TOP/tests/background.sh"

as=$(is_root || echo -r)
jail="$CB nsclone $as -p nsinit"

# What arrives of SIGNAL: the program exits with N for the trap of each name.
traps='trap "exit 11" HUP; trap "exit 12" ALRM; trap "exit 13" USR1
	trap "exit 14" TERM; trap "exit 15" USR2; echo >"$T/ready"
	i=0; while [ $i -lt 60 ]; do sleep 0.05; i=$((i + 1)); done; exit 9'

# rewritten SIGNAL STATUS OPTION...
rewritten()
{
	signal=$1 status=$2
	shift 2
	start $jail "$@" sh -c "$traps"
	kill -$signal $outer
	finish
	assert_status $status
}

testRewrite()
{
	can_ns || return 0
	rewritten TERM 12 --rewrite TERM=ALRM
	rewritten TERM 12 --rewrite SIGTERM=sigalrm
	rewritten TERM 13 --rewrite 15=10
	rewritten TERM 9 --rewrite TERM=0
	rewritten USR1 11 --rewrite TERM=ALRM --rewrite USR1=HUP
	# It is done once, not again.
	rewritten USR1 15 --rewrite USR1=USR2 --rewrite USR2=TERM
	rewritten 34 12 --rewrite RTMIN=ALRM
	rewritten 37 12 --rewrite RTMIN+3=ALRM
	rewritten 62 12 --rewrite SIGRTMAX-2=ALRM
	rewritten TERM 165 --rewrite TERM=rtmin+3
}

testRewriteBadWords()
{
	for word in TERM=TREM =TERM TERM= FOO=TERM 65=TERM TERM=65 0=TERM RTMIN-1=TERM \
		RTMAX+1=TERM RTMIN+31=TERM RTMIN+=TERM TERM=-1 15x=1 SIG=TERM; do
		run "$CB" nsinit --rewrite $word true
		assert_status 125
		assert_err "nsinit: --rewrite '$word': not a signal"
	done
	for word in TERM '' 12345678901234567890=TERM; do
		run "$CB" nsinit --rewrite "$word" true
		assert_err "nsinit: --rewrite '$word': not SIGNAL=SIGNAL"
	done
	for word in KILL=TERM STOP=TERM CHLD=0; do
		run "$CB" nsinit --rewrite $word true
		assert_err "nsinit: --rewrite '$word': this signal is never sent on"
	done
	run "$CB" nsinit --rewrite HUP=INT --rewrite INT=HUP true
	assert_err "nsinit: --rewrite 'INT=HUP': it goes round"
	run "$CB" nsinit --rewrite HUP=INT --rewrite INT=TERM --rewrite TERM=HUP true
	assert_err "nsinit: --rewrite 'TERM=HUP': it goes round"
	run "$CB" nsinit --rewrite
	assert_status 125
}

testExitMap()
{
	can_ns || return 0
	run $jail --exit-map 143=0 --exit-map 3=77 sh -c 'exit 3'
	assert_status 77
	run $jail --exit-map 143=0 sh -c 'kill -TERM $$'
	assert_status 0
	run $jail --exit-map 143=0 sh -c 'exit 4'
	assert_status 4
	# Not of our own failures
	run $jail --exit-map 127=0 --exit-map 125=0 /nonexistent
	assert_status 127
	for word in 3 3= =3 256=0 0=256 a=1 1=a -1=0 1=2=3 4294967296=0; do
		run "$CB" nsinit --exit-map $word true
		assert_status 125
		assert_err "nsinit: --exit-map '$word': not STATUS=STATUS of 0 to 255"
	done
}

# A shell and its child: -g reaches both, -a what has left the group, too.
family='trap "echo main >>$T/who" USR1; sh -c "trap \"echo child >>$T/who; exit\" USR1
		echo >$T/one; while :; do sleep 0.02; done" &
	setsid sh -c "trap \"echo stranger >>$T/who; exit\" USR1
		echo >$T/two; while :; do sleep 0.02; done" &
	until [ -e $T/one ] && [ -e $T/two ]; do sleep 0.02; done
	echo >$T/ready; i=0; while [ $i -lt 20 ]; do sleep 0.03; i=$((i + 1)); done'

testWhoGetsIt()
{
	can_ns || return 0
	for way in '' -g -a; do
		rm -f "$T/who" "$T/one" "$T/two"
		start $jail $way sh -c "$family"
		kill -USR1 $outer
		finish
		case $way in
		'') all='main' ;;
		-g) all='child main' ;;
		-a) all='child main stranger' ;;
		esac
		assertEquals "nsinit $way" "$all" "$(sort -u "$T/who" | xargs)"
	done
	run "$CB" nsinit -ga true
	assert_err 'nsinit: -g and -a exclude each other'
	run "$CB" nsinit -a true
	assert_status 125
	assert_err "nsinit: -a is for PID 1 (put 'nsclone -p' or 'unshare -pf' before)"
}

# Before it leads a group, the group cannot be found: it is not lost.
testEarlySignalWithGroup()
{
	can_ns || return 0
	run "$HELPER/storm" -n 60 -j 2 -w 3000 $jail -g sleep $nap
	assert_status 0
	assert_out '* wrong=0 hangs=0 strays=0 zombies=0'
}

testKeepFd()
{
	can_ns || return 0
	run sh -c 'exec "$@" 5</ 7</dev/null 9</' sh $jail --keep-fd 5 --keep-fd 7 "$HELPER/facts" fds
	assert_out 'fds=0:chr 1:file 2:file 5:dir 7:chr'
	# One that is not open, or is ours
	for fd in 3 4 5 6 7 8 9 1000 2000000; do
		for option in keep-fd ready-fd status-fd; do
			run $jail --$option $fd true
			assert_status 125
			assert_err "nsinit: --$option '$fd': Bad file descriptor"
		done
	done
	run "$CB" nsinit --keep-fd x true
	assert_err "nsinit: --keep-fd 'x': not a number"
}

testClosedAreNamed()
{
	can_ns || return 0
	run sh -c 'exec "$@" 5</ 6</proc/self/ns/uts 7</dev/null 8</' sh \
		$jail -v --keep-fd 8 true
	assertEquals "nsinit: warning: closes descriptor 5: a directory
nsinit: warning: closes descriptor 6: a namespace" "$(grep closes "$T/err")"
	run sh -c 'exec "$@" 5</' sh $jail true
	assert_err ''
}

testReadyAndStatus()
{
	can_ns || return 0
	run $jail --status-fd 1 sh -c 'sleep 0.3; exit 6'
	assert_status 6
	assert_out 'pid=2
ready=1
exit=6'
	run $jail -v --status-fd 1 sh -c '(sh -c "exit 3" &); sleep 0.3; kill -9 $$'
	assertEquals "pid=2
ready=1
adopted='4 3'
exit=137" "$(sed "s/'[0-9]* 3'/'4 3'/" "$T/out")"
	# The reader sees the end of the file while the program runs.
	(sh -c 'exec "$@" 5>&1 >/dev/null' sh $jail --ready-fd 5 sleep $nap 2>/dev/null &
		echo $! >"$T/pid") | {
		cat >"$T/said"
		kill -0 "$(cat "$T/pid")" && echo alive >>"$T/said"
		kill -TERM "$(cat "$T/pid")"
	}
	assertEquals 'ready=1
alive' "$(cat "$T/said")"
	no_left "sleep $nap"
	# It did not run.
	run $jail --ready-fd 1 --status-fd 2 /nonexistent
	assert_status 127
	assert_out ''
}

# A reader that is gone is none of the program's business.
testReaderIsGone()
{
	can_ns -Ur || return 0
	for words in 'nsinit -v --status-fd 5' 'nsclone -r --report 5' 'nsclone -rp nsinit -v --status-fd 5'; do
		{
			sh -c 'sleep 0.2; exec "$@" 5>&1 >/dev/null' sh "$CB" $words \
				sh -c '(sleep 0.1 &); sleep 0.4; exit 5' 2>/dev/null
			echo $? >"$T/status"
		} | true
		assertEquals "$words" 5 "$(cat "$T/status")"
	done
}

testParentDeathSignal()
{
	sh -c '"$@" & sleep 0.5; kill -KILL $$' sh "$CB" nsinit --parent-death-signal USR1 \
		sh -c 'trap "echo usr1 >$T/got; exit" USR1; i=0
		while [ $i -lt 60 ]; do sleep 0.05; i=$((i + 1)); done' >/dev/null 2>&1
	tries=40
	until [ -s "$T/got" ] || [ $tries = 0 ]; do
		sleep 0.1
		tries=$((tries - 1))
	done
	assertEquals usr1 "$(cat "$T/got")"
	for word in FOO 0 65 ''; do
		run "$CB" nsinit --parent-death-signal "$word" true
		assert_status 125
		assert_err "nsinit: --parent-death-signal '$word': not a signal"
	done
	run "$CB" nsclone -rp nsinit --parent-death-signal TERM true
	assert_status 125
	assert_err 'nsinit: --parent-death-signal: the parent is a step before this one, with which it ends in any case'
}

testOtherBadWords()
{
	for word in some '' MAIN; do
		run "$CB" nsinit --wait "$word" true
		assert_status 125
		assert_err "nsinit: --wait '$word': not all or main"
	done
	for word in 2147483648 99999999999999999999; do
		run "$CB" nsinit --grace $word true
		assert_err "nsinit: --grace '$word': too big a number"
	done
	for word in -1 x 1s ''; do
		run "$CB" nsinit "--grace=$word" true
		assert_err "nsinit: --grace '$word': not a number"
	done
	run $jail
	assert_status 125
	assert_err 'nsinit: a program is missing at the end'
}

testPrograms()
{
	can_ns || return 0
	run $jail /nonexistent
	assert_status 127
	run $jail /etc/passwd
	assert_status 126
	run $jail /
	assert_status 126
	# It ends before anybody waits.
	i=0
	while [ $i -lt 20 ]; do
		run $jail true
		assert_status 0
		i=$((i + 1))
	done
	run "$HELPER/with" --no-argv0 "$CB"
	assertTrue "a signal killed it: $rc" "[ $rc -lt 128 ]"
}

. shunit2
