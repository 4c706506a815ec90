#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The parent outside: deadlines, deaths, the pid file, the steps outside, the
# cgroup. Words that are refused.
#
# timeout: 120
# shellcheck disable=SC2015,SC2016,SC2034,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/background.sh
. "$TOP/tests/background.sh"

as=$(is_root || echo -r)

# refused MESSAGE WORDS...: one line, 125, and the program did not run.
refused()
{
	message=$1
	shift
	run "$CB" "$@" touch "$T/ran"
	assert_status 125
	assert_err "$message"
	assert_out ''
	assertFalse "the program ran: $*" "[ -e $T/ran ]"
	rm -f "$T/ran"
}

# took LEAST MOST: tenths of a second since $began
now()
{
	awk '{ print int($1 * 10) }' /proc/uptime
}

took()
{
	took=$(($(now) - began))
	[ $took -ge $1 ] && [ $took -le $2 ] ||
		fail "took $took tenths of a second, not $1 to $2: $ran"
}

# --- deadlines -----------------------------------------------------------------

testTimeout()
{
	can_ns -Ur || return 0
	for words in "$as" "$as -p" "$as -p nsinit" "$as --pty"; do
		case $words in *nsinit) init=nsinit words=${words% nsinit} ;; *) init='' ;; esac
		began=$(now)
		run "$CB" nsclone $words --timeout 1 $init sleep $nap </dev/null
		assert_status 143
		took 9 20
		no_left "sleep $nap"
	done
	run "$CB" nsclone $as --timeout 30 sh -c 'exit 4'
	assert_status 4
}

# TERM, which it does not follow, then KILL.
testGrace()
{
	can_ns -Ur || return 0
	stubborn='trap "" TERM; echo $$; while :; do sleep 0.1; done'
	# (a PID 1 that ignores it cannot be told from one that never would see it)
	for words in "$as" "$as -p nsinit"; do
		case $words in *nsinit) init=nsinit words=${words% nsinit} ;; *) init='' ;; esac
		began=$(now)
		run "$CB" nsclone $words --timeout 1 --grace 1 $init sh -c "$stubborn"
		assert_status 137
		took 19 30
	done
	# a TERM of the caller's begins it, too
	start "$CB" nsclone $as --grace 1 sh -c 'trap "" TERM; echo $$ >"$T/ready"; while :; do sleep 0.1; done'
	began=$(now)
	kill -TERM $outer
	finish
	assert_status 137
	took 9 20
	# and without, nothing does
	start "$CB" nsclone $as sh -c 'trap "" TERM; echo $$ >"$T/ready"; sleep 0.3; exit 4'
	kill -TERM $outer
	finish
	assert_status 4
}

# A program that is PID 1 has time for its own end.
testTermHandled()
{
	can_ns || return 0
	run "$CB" nsclone $as -p --timeout 1 --grace 5 sh -c 'trap "echo bye; exit 3" TERM; while :; do sleep 0.05; done'
	assert_status 3
	assert_out bye
}

# --- deaths ----------------------------------------------------------------------

# What the caller started ends with the caller, within a second.
testDieWithParent()
{
	can_ns -Ur || return 0
	for words in "$as --die-with-parent" "$as -p --die-with-parent" "$as --die-with-parent --pty" \
		"$as -p --die-with-parent --respawn" "$as --die-with-parent nsclone $as -p"; do
		# dash waits, so that it is the parent
		start sh -c '"$@" </dev/null; :' sh "$CB" nsclone $words sh -c "$sleeper"
		kill -KILL $outer
		finish
		assert_status 137
	done
	# Without, it does not.
	start sh -c '"$@" </dev/null & wait' sh "$CB" nsclone $as --pid-file "$T/pid" sh -c "$sleeper"
	kill -KILL $outer
	wait $outer 2>/dev/null
	sleep 0.2
	assertTrue "it lives on" "kill -0 $(cat "$T/pid")"
	kill -TERM "$(cat "$T/pid")"
	no_left "sleep $nap"
}

testKillChild()
{
	can_ns -Ur || return 0
	for signal in TERM 15 SIGUSR1; do
		start "$CB" nsclone $as --kill-child=$signal sh -c '
			trap "echo had >$T/had; exit" TERM USR1
			echo $$ >"$T/ready"; while :; do sleep 0.05; done'
		kill -KILL $outer
		wait $outer 2>/dev/null
		for i in 1 2 3 4 5 6 7 8 9 10; do
			[ -e "$T/had" ] && break
			sleep 0.1
		done
		assertTrue "--kill-child=$signal" "[ -e $T/had ]"
		rm -f "$T/had"
	done
	start "$CB" nsclone $as --kill-child sh -c "$sleeper"
	kill -KILL $outer
	finish
	refused "nsclone: --kill-child 'NONE': not a signal" nsclone --kill-child=NONE
	refused "nsclone: --kill-child '65': not a signal" nsclone --kill-child=65
}

# --- the pid file -------------------------------------------------------------------

testPidFile()
{
	can_ns -Ur || return 0
	for words in "$as" "$as -p" "$as --pty" "$as --respawn --max-restarts 0"; do
		start "$CB" nsclone $words --pid-file "$T/pid" sh -c 'cat "$T/pid" >"$T/ready"; exec sleep $nap' </dev/null
		assertEquals "$words" "$outer" "$said"
		assertEquals "nothing beside it" "$T/pid" "$(echo "$T"/pid*)"
		kill -TERM $outer
		finish
		assert_status 143
		assertFalse "$words: it is left" "[ -e $T/pid ]"
	done
	# An old one is replaced, and not before the jail stands.
	echo old >"$T/pid"
	run "$CB" nsclone $as --pid-file "$T/pid" nsmount bind /no/such /mnt true
	assert_status 125
	assertEquals old "$(cat "$T/pid")"
	ln -sf "$T/target" "$T/link"
	echo mine >"$T/target"
	run "$CB" nsclone $as --pid-file "$T/link" true
	assert_status 0
	assertEquals "what a link shows is not written" mine "$(cat "$T/target")"
	refused "nsclone: --pid-file '$T/no/pid': No such file or directory" nsclone $as --pid-file "$T/no/pid"
	mkdir "$T/dir"
	refused "nsclone: --pid-file '$T/dir': Is a directory" nsclone $as --pid-file "$T/dir"
	assertEquals "nothing is left" "$T/dir" "$(echo "$T"/dir*)"
	refused "nsclone: --pid-file '$(printf '%05000d' 0)': Filename too long" nsclone $as --pid-file "$(printf '%05000d' 0)"
}

# --- steps outside --------------------------------------------------------------------

# In the caller's namespaces, after the maps, before the child goes on.
testOutside()
{
	can_ns -Ur || return 0
	(cd "$T" && run "$CB" nsclone -rmu --hostname web \
		--outside 'tr -s " " <"/proc/$CELLBOX_PID/uid_map" >map; hostname >host; pwd >wd; [ -e in ] || echo first >>order' \
		--outside 'echo second >>order; grep ^SigBlk /proc/self/status >mask; env >env' \
		sh -c 'echo third >>order; [ "$CELLBOX_PID" ] || hostname; readlink /proc/self' && cat out err >all; echo $rc >>all)
	assertEquals " 0 $(id -u) 1" "$(cat "$T/map")"
	assertEquals "$(hostname)" "$(cat "$T/host")"
	assertEquals "$T" "$(cat "$T/wd")"
	assertEquals "first second third" "$(xargs <"$T/order")"
	assertEquals web "$(sed -n 1p "$T/all")"
	assertEquals 0 "$(sed -n '$p' "$T/all")"
	assertEquals "SigBlk:0000000000000000" "$(tr -d '\t' <"$T/mask")"
	run "$CB" nsclone $as -p --outside 'echo $CELLBOX_PID; readlink /proc/$CELLBOX_PID/ns/pid' readlink /proc/self/ns/pid
	assertNotEquals "$(readlink /proc/self/ns/pid)" "$(sed -n 2p "$T/out")"
	# words of any kind, as they are
	run "$CB" nsclone $as --outside "echo \"a 'b'\" '\$c' \\\\d; echo e" true
	assert_out "a 'b' \$c \\d
e"
}

testOutsideFails()
{
	can_ns -Ur || return 0
	refused "nsclone: --outside 'exit 3': status 3" nsclone $as --outside 'exit 3' --outside "touch $T/second"
	assertFalse "the second ran" "[ -e $T/second ]"
	refused "nsclone: --outside 'kill -KILL \$\$': status 137" nsclone $as -p --outside 'kill -KILL $$'
	run "$CB" nsclone $as --outside 'no-such-program' touch "$T/ran"
	assert_status 125
	assertEquals 2 "$(wc -l <"$T/err")" # the shell's own, and ours
	assertFalse "the program ran" "[ -e $T/ran ]"
	refused "nsclone: --outside wants programs and files of the caller's, but an earlier step changed the root: put it before that" \
		nsclone $as -m pivotroot /tmp nsclone --outside true
}

# TERM while one hangs: it ends, and the jail with it.
testOutsideIsEnded()
{
	can_ns -Ur || return 0
	start "$CB" nsclone $as -p --outside 'echo $$ >"$T/ready"; exec sleep $nap' touch "$T/ran"
	kill -TERM $outer
	finish
	assert_status 125
	assert_err "nsclone: --outside '*': status 143"
	assertFalse "the program ran" "[ -e $T/ran ]"
	start "$CB" nsclone $as -p --outside 'echo $$ >"$T/ready"; exec sleep $nap' touch "$T/ran"
	kill -KILL $outer
	wait $outer 2>/dev/null
	kill -KILL "$said" 2>/dev/null
	no_left "sleep $nap"
	assertFalse "the program ran" "[ -e $T/ran ]"
}

# What it is for: a veth moved in, before the program looks.
testOutsideMovesAnInterface()
{
	needs_root && can_ns -n || return 0
	ip=/sbin/ip # not the shell's own
	[ -x $ip ] || skip "no $ip" || return 0
	run ul_unshare -n sh -c '
		$1 link add t6a type veth peer name t6b 2>/dev/null || { echo none; exit; }
		"$0" nsclone -n --outside "$1 link set t6b netns \$CELLBOX_PID" $1 -o link show t6b' "$CB" $ip
	[ "$(cat "$T/out")" = none ] && { skip "no veth"; return 0; }
	assert_status 0
	assert_out '*: t6b*'
}

# --- the cgroup -------------------------------------------------------------------------

v2=/sys/fs/cgroup/unified
[ -d $v2 ] || v2=/sys/fs/cgroup

own_cgroup()
{
	group=$v2/$NAME-$1
	mkdir "$group" 2>/dev/null && [ -e "$group/cgroup.procs" ] && return 0
	[ -d "$group" ] && rmdir "$group"
	skip "no cgroup of its own below $v2"
}

leave_cgroup()
{
	for i in 1 2 3 4 5 6 7 8 9 10; do
		rmdir "$group" 2>/dev/null && return
		sleep 0.1
	done
	fail "$group is left"
}

testCgroup()
{
	own_cgroup a || return 0
	for fault in '' ENOSYS EPERM; do
		set -- "$CB"
		[ ! "$fault" ] || set -- strace -f -qq -o "$T/trace" -e inject=clone3:error=$fault "$CB"
		run "$@" nsclone --cgroup "$group" grep ^0: /proc/self/cgroup
		assert_status 0
		assert_out "0::*/$NAME-a"
		run "$@" nsclone -pm --cgroup "$group" -C nsinit grep ^0: /proc/self/cgroup
		assert_out "0::/"
		assert_err ''
	done
	run sh -c 'grep ^0: /proc/self/cgroup; "$0" nsclone --cgroup "$1" true; grep ^0: /proc/self/cgroup' "$CB" "$group"
	assertEquals "who waits stays where it was" 1 "$(sort -u "$T/out" | wc -l)"
	leave_cgroup
}

testCgroupRefused()
{
	refused "nsclone: --cgroup '/no/such': No such file or directory" nsclone $as --cgroup /no/such
	refused "nsclone: --cgroup '/dev/null': Not a directory" nsclone $as --cgroup /dev/null
	can_ns -Ur || return 0
	refused "nsclone: --cgroup '$T': No such file or directory (no cgroup)" nsclone $as --cgroup "$T"
	is_root && return 0
	refused "nsclone: --cgroup '$v2': Permission denied" nsclone $as --cgroup "$v2"
}

# --- words ----------------------------------------------------------------------------------

testRefusedWhileReading()
{
	while IFS='|' read -r words message; do
		refused "nsclone: $message" nsclone $words
		run "$CB" -n nsclone $words true
		assert_status 125
	done <<'END'
--timeout x|--timeout 'x': *
--timeout -1|--timeout '-1': *
--timeout 99999999999|--timeout '99999999999': *
--grace 1.5|--grace '1.5': *
--max-restarts 3|--max-restarts and --respawn-unless want --respawn
--respawn-unless 1|--max-restarts and --respawn-unless want --respawn
--respawn=never|--respawn='never': not always or on-failure
--output /dev/null|--output wants --detach
--report x|--report 'x': not a number or -
--report -1|--report '-1': not a number or -
--report 4294967296|--report '4294967296': not a number or -
--hostname 0123456789012345678901234567890123456789012345678901234567890123456789 -u|--hostname *
--map-users 0:0:4294967296|*
nsclone --respawn|--respawn and --detach stand on the first step that waits
nsclone --detach|--respawn and --detach stand on the first step that waits
END
}

. shunit2
