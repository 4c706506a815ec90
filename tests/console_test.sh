#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsinit and terminals: -c, and the one that it finds.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)

# typed WORDS... <SCRIPT: behind a terminal of helper/pty
typed()
{
	run "$HELPER/pty" "$@"
}

# A shell with job control: no "can't access tty", and it is interrupted, stopped
# and goes on there.
testConsoleHasJobControl()
{
	can_ns || return 0
	for words in "$CB nsinit" "$CB nsclone $as -p nsinit" "$CB unshare $as -pf nsinit"; do
		typed -c env PS1='next> ' TERM=dumb sh -c 'console=$CONSOLE
			exec "$@" -c "$console" busybox ash -i' sh $words <<'END'
wait next> 
type sh -c "echo g''o; exec sleep 1000"\r
wait go
type \003
wait next> 
type echo rc=$?\r
wait rc=130
type sh -c "echo g''o; exec sleep 1000"\r
wait go
type \032
wait Stopped
type fg\r
sleep 700
type \003
wait next> 
type stty size; echo si''ze\r
wait 24 80
size 30x100
type stty size; echo s=$((1+1))\r
wait 30 100
wait s=2
type exit 7\r
END
		assert_status 7
		assertNotContains "$words" "$(cat "$T/out")" "job control turned off"
	done
}

testConsoleIsTheTerminal()
{
	can_ns || return 0
	typed -c sh -c 'exec "$@" -c "$CONSOLE" sh -c "
		[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo three; echo >/dev/tty on tty
		ps -o sid= -p \$\$ | xargs test \$\$ = && echo leads"' sh \
		"$CB" nsinit </dev/null
	assert_status 0
	assertEquals 'three
on tty
leads' "$(cat "$T/out")"
}

testConsoleBadWords()
{
	run "$CB" nsinit -c /nonexistent true
	assert_status 125
	assertEquals "nsinit: open '/nonexistent': No such file or directory" "$(tail -n 1 "$T/err")"
	for path in /dev/null /etc/passwd; do
		[ -w $path ] || continue
		run "$CB" nsinit -c $path true
		assert_status 125
		assertEquals "nsinit: make '$path' the controlling terminal: Not a tty" \
			"$(tail -n 1 "$T/err")"
	done
	run "$CB" nsinit -c / true
	assert_status 125
	# Someone's already
	typed sh -c 'exec "$@" -c "$(tty)" true' sh "$CB" nsinit </dev/null
	assert_status 125
	assertContains "$(cat "$T/out")" "the controlling terminal: Operation not permitted (it is another session's)"
}

# On the terminal that it finds: a key reaches the program once.
testKeysOnce()
{
	can_ns || return 0
	for way in '' -g; do
		typed "$CB" nsclone $as -p nsinit $way sh -c 'n=0; trap "n=\$((n + 1)); echo int" INT
			echo up; i=0; while [ $i -lt 20 ]; do sleep 0.05; i=$((i + 1)); done
			echo n=$n' <<'END'
wait up
type \003
wait int
wait n=
END
		assertContains "nsinit $way" "$(cat "$T/out")" n=1
		assert_status 0
	done
}

# With -g the program's group has the terminal, where that can be told: it reads.
testGroupHasTheTerminal()
{
	typed sh -c '"$@"; read -r word; echo "then $word"' sh \
		"$CB" nsinit -g sh -c 'echo up; read -r word; echo "read $word"; exit 3' <<'END'
wait up
type one\r
wait read one
type two\r
wait then two
END
	assert_status 0
}

# Stopped with its program, and continued by a shell's fg.
testStopAndContinue()
{
	echo 'echo up; read -r word; echo got=$word; exit 5' >"$T/program"
	for way in '' -g; do
		typed env PS1="next> " TERM=dumb bash --norc --noprofile -i <<END
wait next> 
type $CB nsinit $way sh $T/program\r
wait up
type \032
wait Stopped
type fg\r
sleep 700
type word\r
wait got=word
type echo rc=\$?\r
wait rc=5
wait next> 
type exit\r
END
		assert_status 0
	done
}

. shunit2
