# shellcheck shell=sh disable=SC2016,SC2034,SC2086 # used by who sources it
# SPDX-License-Identifier: 0BSD
#
# background.sh - for suites that do something to a jail while it runs
#
# start WORDS...: in the background, its pid in $outer, until the program of it
# has written into $start_at; what it wrote is $said.
start_at=$T/ready
start()
{
	rm -f "$start_at"
	"$@" >"$T/out" 2>"$T/err" &
	outer=$!
	tries=500
	until [ -s "$start_at" ]; do
		sleep 0.01
		tries=$((tries - 1))
		[ $tries -gt 0 ] && continue
		fail "not started: $*"
		cat "$T/err"
		kill -KILL $outer
		break
	done
	said=$(cat "$start_at" 2>/dev/null)
}

# Waits for it: $rc, and whatever it ran must be gone.
finish()
{
	wait $outer 2>/dev/null
	rc=$?
	no_left "sleep $nap"
}

# A program for start; no other suite sleeps as long.
export nap=$((100000 + $$))
sleeper='echo $$ >"$T/ready"; exec sleep $nap'
