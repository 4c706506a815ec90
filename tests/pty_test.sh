#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The terminal: ^C, ^Z and fg, resize, hang-up, with the caller's own and with
# --pty; what --pty keeps out of reach.
#
# timeout: 240
# shellcheck disable=SC2011,SC2034,SC2094,SC2015,SC2016,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/background.sh
. "$TOP/tests/background.sh"

as=$(is_root || echo -r)

# typed CMD...: the script on stdin is typed on a terminal of its own.
typed()
{
	ran=$*
	"$HELPER/term" "$@" >"$T/out" 2>"$T/err"
	rc=$?
}

# Stands for every sentence below; -t where the supervisor waits in between.
sentences="nsclone $as
nsclone $as --pty
nsclone $as -p
nsclone $as -p --pty
nsclone $as -p nsinit
nsclone $as -p --pty nsinit
nsclone $as -p nsclone
nsclone $as --pty nsclone -p nsinit
nsclone $as --respawn --max-restarts 0
nsclone $as -p --pty --respawn --max-restarts 0 nsinit
unshare -rpf"

each()
{
	can_ns || return 0
	echo "$sentences" >"$T/sentences"
	while read -r words; do
		"$1" "$words"
	done <"$T/sentences"
}

# One child and no more: a vfork(2) that ^Z stops half-way hangs any shell.
looper='trap "echo got-int; exit 7" INT; echo up; sleep 1000'

stop_and_go()
{
	echo "$looper" >"$T/loop"
	typed -t 8 dash -i <<END
send PS1=@\\\\ ; cd "$T"\r
wait @ 
send $CB $1 sh ./loop\r
wait up
sleep 50
send \032
wait Stopped
wait @ 
send echo first=\$?\r
wait first=1
wait @ 
send fg\r
wait ./loop
sleep 50
send \032
wait Stopped
send fg\r
wait ./loop
sleep 50
send \003
wait got-int
wait @ 
send echo end=\$?\r
wait end=7
send exit\r
END
	assert_status 0
	assert_err ''
	no_left "$T/loop"
}

testStopAndGoOn()
{
	each stop_and_go
}

# A program without a handler, PID 1 or not; early keys are not lost.
interrupt()
{
	for key in 003:130 034:131; do
		for ms in 0 2 5 10 100; do
			typed -t 8 "$CB" $1 sleep $nap <<END
sleep $ms
send \\${key%:*}
END
			assert_status ${key#*:}
			assert_err ''
		done
	done
	no_left "sleep $nap"
}

testInterrupt()
{
	each interrupt
}

exits()
{
	typed "$CB" $1 sh -c 'read -r line; echo "<$line>"; exit 9' <<'END'
send some words\r
wait <some words>
END
	assert_status 9
	assert_err ''
	typed "$CB" $1 sh -c 'kill -USR1 $$; sleep 5' </dev/null
	# nobody can kill a PID 1 from inside
	[ "$rc" = 0 ] || assert_status 138
	assert_err ''
}

testExitStatus()
{
	each exits
}

# Its own shell with job control, in one of ours
inner_shell()
{
	# dash cannot hand the terminal back to a group that its pid namespace
	# does not know, and says so with 2: --pty makes one inside.
	case $1 in
	*--respawn*-p\ * | *-p\ *--respawn* | *--pty\ nsclone*) end=2 ;;
	*-p\ --pty*) end=6 ;;
	*-p | *-p\ * | *-rpf) end=2 ;;
	*) end=6 ;;
	esac
	typed -t 8 dash -i <<END
send PS1=@\\\\ \r
wait @ 
send $CB $1 dash -i\r
send PS1=%\\\\ \r
wait % 
send sleep 1000\r
sleep 100
send \032
wait Stopped
wait % 
send jobs\r
wait Stopped
send fg\r
wait sleep 1000
sleep 50
send \003
wait % 
send exit 6\r
wait @ 
send echo end=\$?\r
wait end=$end
send exit\r
END
	assert_status 0
	assert_err ''
}

testShellInside()
{
	each inner_shell
}

# --- --pty alone -------------------------------------------------------------------

# A terminal of its own, of the size of ours; who waits has no other's.
testItsOwn()
{
	can_ns -Ur || return 0
	typed -s 30x100 sh -c 'tty; "$0" nsclone '"$as"' --pty sh -c "tty; stty size; ps -o tty= -p \$\$; echo x >/dev/tty"' "$CB" </dev/null
	assert_status 0
	assertEquals "/dev/pts x2" 2 "$(grep -c '^/dev/pts/' "$T/out" | xargs)"
	assertNotEquals "$(sed -n 1p "$T/out")" "$(sed -n 2p "$T/out")"
	assertEquals "30 100" "$(sed -n 3p "$T/out")"
	assertEquals "/dev/$(sed -n 4p "$T/out" | xargs)" "$(sed -n 2p "$T/out")"
	assertEquals x "$(sed -n 5p "$T/out")"
}

testResize()
{
	can_ns -Ur || return 0
	typed "$CB" nsclone $as --pty sh -c 'trap "stty size; exit 4" WINCH; echo up; while :; do sleep 0.05; done' <<'END'
wait up
size 40x132
wait 40 132
END
	assert_status 4
}

# Bytes go through as they are, in both directions; the end of a pipe is ^D.
testBytes()
{
	can_ns -Ur || return 0
	seq 20000 >"$T/in"
	"$CB" nsclone $as --pty sh -c 'stty raw -echo; cat' <"$T/in" >"$T/out.raw" 2>"$T/err" &
	pid=$!
	i=0
	until [ "$(wc -c <"$T/out.raw")" -ge "$(wc -c <"$T/in")" ] || [ $i -gt 500 ]; do
		sleep 0.01
		i=$((i + 1))
	done
	kill -TERM $pid
	wait $pid
	assertEquals 143 $?
	# what was typed before stty was echoed, and taken in lines
	tail -n 1000 "$T/in" >"$T/a"
	tail -n 1000 "$T/out.raw" | tr -d '\r' >"$T/b"
	assertTrue "raw bytes" "cmp $T/a $T/b"
	run sh -c 'echo word | "$0" nsclone '"$as"' --pty cat' "$CB"
	assert_status 0
	assert_out "word*
word*"
	run sh -c '"$0" nsclone '"$as"' --pty seq 30000 </dev/null | tr -d "\r" | md5sum' "$CB"
	assert_out "$(seq 30000 | md5sum)"
}

# The reader goes away: no hang, whatever the program writes.
testReaderGone()
{
	can_ns -Ur || return 0
	for program in '' 'trap "" PIPE; '; do
		run "$HELPER/reap" -t 10 sh -c '{ "$0" nsclone '"$as"' --pty sh -c "$1"; echo $? >&2; } </dev/null | head -n 1' "$CB" "${program}seq 100000; exit 3"
		assert_status 0
		assert_out '1*'
		assert_err "$([ "$program" ] && echo 3 || echo 141)"
	done
}

# The terminal was raw, and is again what it was, however it ended.
testRestored()
{
	can_ns -Ur || return 0
	for program in 'exit 0' 'kill -KILL $$' 'kill -TERM $PPID; sleep 9'; do
		typed sh -c 'stty -g; "$0" nsclone '"$as"' --pty sh -c "$1"; stty -g' "$CB" "$program" </dev/null
		assertEquals "$program" 1 "$(sort -u "$T/out" | grep -c :)"
	done
	typed sh -c 'stty -g; "$0" nsclone '"$as"' --pty /no/such; echo $?; stty -g' "$CB" </dev/null
	assert_out "*No such file or directory*127*"
	assertEquals 1 "$(grep -v such "$T/out" | sort -u | grep -c :)"
}

# Who has it hung up gets HUP, inside as outside.
testHangUp()
{
	can_ns -Ur || return 0
	for words in "$as" "$as --pty" "$as -p --pty nsinit"; do
		rm -f "$T/hup"
		case $words in
		*nsinit) words="${words% nsinit}" program=nsinit ;;
		*) program='' ;;
		esac
		typed -t 10 "$CB" nsclone $words $program sh -c 'trap "echo >$T/hup; exit 3" HUP; echo up; while :; do sleep 0.05; done' <<'END'
wait up
hangup
END
		assertTrue "$words: HUP" "[ -e $T/hup ]"
	done
}

# What is typed ahead into our terminal, as the program would (TIOCSTI), shows
# nowhere: none but who waits has a descriptor of it.
testCallersTerminalIsOutOfReach()
{
	can_ns -Ur || return 0
	typed sh -c 'tty; "$0" nsclone '"$as"' --pty sh -c "ls -l /proc/\$\$/fd"' "$CB" </dev/null
	assertEquals 1 "$(grep -c "$(sed -n 1p "$T/out")\$" "$T/out")"
}

testRefused()
{
	run "$CB" nsclone --pty --detach true
	assert_status 125
	assert_err "nsclone: not both --pty and --detach"
	run "$CB" unshare -p nsclone --pty true
	assert_status 125
	assert_err "nsclone: *'unshare -p' needs -f"
}

. shunit2
