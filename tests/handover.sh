# shellcheck shell=sh disable=SC2016,SC2034,SC2086 # $ for inner shells; words for the suites
# SPDX-License-Identifier: 0BSD
#
# handover.sh - for suites that let others into a jail while it runs

# Ordinary users need a user namespace for all others.
as=$(is_root || echo -r)
kinds='cgroup ipc mnt net pid time user uts'

# No other suite's program sleeps as long.
export nap=$((200000 + $$))
# sh -c "$sleeper" FILE: says in FILE (its pid) that it runs, and what it sees.
sleeper='f=$0
	{ "$HELPER/facts" $(printf "ns_%s " cgroup ipc mnt net pid time user uts); } >"$f.facts"
	echo $$ >"$f"
	exec sleep $nap'

# up FILE CMD...: in the background, its pid in $outer, until FILE is there.
# What it says is in FILE.out and FILE.err.
up()
{
	upfile=$1
	shift
	rm -f "$upfile"
	"$@" >"$upfile.out" 2>"$upfile.err" </dev/null &
	outer=$!
	up_tries=750
	until [ -s "$upfile" ] || [ -S "$upfile" ]; do
		up_tries=$((up_tries - 1))
		if [ $up_tries = 0 ] || ! kill -0 $outer 2>/dev/null; then
			fail "it did not come up: $*"
			sed 's/^/  err: /' "$upfile.err"
			kill -KILL $outer 2>/dev/null
			wait $outer
			return 1
		fi
		sleep 0.02
	done
}

# down_by SIGNAL: ends what `up` started last; its status in $rc. down: by TERM.
down_by()
{
	kill "-$1" $outer
	wait $outer 2>/dev/null
	rc=$?
}

down()
{
	down_by TERM
}

# The pid of the sleeper of this suite, in our numbering
sleeper_pid()
{
	processes_like "sleep $nap" | sed 's/ .*//' | head -n 1
}

# refused PATTERN WORDS...: cellbox WORDS says this one line, ends with 125 and
# prints nothing. (busybox's own timeout leaves a process behind.)
refused()
{
	expect=$1
	shift
	run /usr/bin/timeout 30 "$CB" "$@"
	assert_status 125
	assert_err "$expect"
	assert_out ''
}
