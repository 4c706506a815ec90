#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The runner itself: what must not pass does not pass, and says why. Each test
# gives it a directory with a suite that misbehaves in one way.
#
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

if [ -z "$WAY" ]; then # started by hand
	is_root && WAY=root/dash || WAY=user/dash
fi

setUp()
{
	rm -rf "$T/suites"
	mkdir -p "$T/suites"
}

# suite NAME: writes a suite from stdin. The `|` in front keep the functions in
# it from being taken for tests of this file.
suite()
{
	{
		# shellcheck disable=SC2016
		echo '. "$LIB"'
		sed 's/^|//'
		echo '. shunit2'
	} >"$T/suites/$1_test.sh"
}

runner()
{
	run env TESTS_DIR="$T/suites" SCRATCH="$T" BINARY="$T/fake" "$@" \
		"$TOP/tests/run" -w "$WAY"
}

# The last line; 8 checks of the host are among those that passed.
totals()
{
	assertEquals "totals" "$1" "$(tail -n 1 "$T/out")"
	[ "$(tail -n 1 "$T/out")" = "$1" ] || show_run
}

says()
{
	grep -Fq -e "$1" "$T/out" && return 0
	fail "not said: $1"
	show_run
}

testAllIsWell()
{
	suite good <<-'END'
	|testOne() { assertTrue true; }
	|testTwo() { assertEquals 1 1; }
	END
	runner
	assert_status 0
	totals "10 passed, 0 failed, 0 skipped"
}

testAssertionFails()
{
	suite bad <<-'END'
	|testOne() { assertEquals "sums" 4 5; }
	|testTwo() { assertTrue true; }
	END
	runner
	assert_status 1
	says "$WAY bad_test testOne: ASSERT:sums expected:<4> but was:<5>"
	totals "9 passed, 1 failed, 0 skipped"
}

testNoTestInASuite()
{
	suite empty <<-'END'
	|helpless() { assertTrue true; }
	END
	runner
	assert_status 1
	says "empty_test: FAILED: no test found in it"
	totals "8 passed, 1 failed, 0 skipped"
}

testNoSuite()
{
	runner
	assert_status 1
	says "no suite in"
	totals "0 passed, 1 failed, 0 skipped"
}

testAllSkipped()
{
	suite lazy <<-'END'
	|testOne() { skip "not today" || return 0; assertTrue false; }
	END
	runner
	assert_status 1
	says "skipped: lazy_test testOne: not today"
	says "no test passed"
	totals "8 passed, 0 failed, 1 skipped"
}

testSkipWithAReason()
{
	suite half <<-'END'
	|testOne() { echo "# SKIP no moon"; startSkipping; }
	|testTwo() { assertTrue true; }
	END
	runner
	assert_status 0
	says "skipped: half_test testOne: no moon"
	totals "9 passed, 0 failed, 1 skipped"
}

testSkipWithoutAReason()
{
	suite mute <<-'END'
	|testOne() { startSkipping; assertTrue false; }
	END
	runner
	assert_status 1
	says "startSkipping without"
}

testSkipDoesNotHideAFailure()
{
	suite both <<-'END'
	|testOne() { assertTrue false; skip "too late"; return 0; }
	END
	runner
	assert_status 1
	totals "8 passed, 1 failed, 0 skipped"
}

testAssertionInASubshell()
{
	suite sub <<-'END'
	|testOne() { (assertEquals 1 2); return 0; }
	|testTwo() { assertTrue true; }
	END
	runner
	assert_status 1
	says "sub_test testOne: ASSERT:"
	totals "9 passed, 1 failed, 0 skipped"
}

testAssertionAfterALineWithoutItsEnd()
{
	suite partial <<-'END'
	|testOne() { printf 'no newline'; assertEquals 1 2; printf 'again'; }
	|testTwo() { assertTrue true; }
	END
	runner
	assert_status 1
	says "testOne: no newlineASSERT:"
	totals "9 passed, 1 failed, 0 skipped"
}

testNonzeroReturn()
{
	suite nonzero <<-'END'
	|testOne() { false; }
	END
	runner
	assert_status 1
	totals "8 passed, 1 failed, 0 skipped"
}

testKilledSuite()
{
	suite killed <<-'END'
	|testOne() { assertTrue true; }
	|testTwo() { kill -KILL $$; }
	|testThree() { assertTrue true; }
	END
	runner
	assert_status 1
	says "testTwo: FAILED: the suite ended here: killed by signal 9"
	says "testThree: FAILED: not started"
	totals "9 passed, 2 failed, 0 skipped"
}

testSuiteThatExits()
{
	suite leaver <<-'END'
	|testOne() { exit 0; }
	|testTwo() { assertTrue true; }
	END
	runner
	assert_status 1
	says "testTwo: FAILED: not started"
}

testSyntaxError()
{
	suite broken <<-'END'
	|testOne() { if; }
	END
	runner
	assert_status 1
	says "testOne: FAILED: not started"
	says "yntax error"
	totals "8 passed, 1 failed, 0 skipped"
}

testNameWithADash()
{
	suite dashed <<-'END'
	|testOne() { assertTrue true; }
	|test-two() { assertTrue true; }
	END
	runner
	assert_status 1
	says "dashed_test: FAILED: a '-' in the name"
}

testNameTwice()
{
	suite twice <<-'END'
	|testOne() { assertTrue false; }
	|testOne() { assertTrue true; }
	END
	runner
	assert_status 1
	says "twice_test: FAILED: defined twice: testOne"
}

testHang()
{
	suite hang <<-'END'
	|testOne() { assertTrue true; }
	|testTwo() { sleep 4321; }
	END
	runner TIMEOUT=1
	assert_status 1
	says "testTwo: FAILED: the suite ended here: killed after 1 seconds"
	says "sleep 4321"
	no_left "sleep 4321"
	totals "9 passed, 1 failed, 0 skipped"
}

# In a session of its own, TERM ignored: only the subreaper finds it.
testStray()
{
	suite stray <<-'END'
	|testOne() {
	|	(trap '' TERM; setsid sleep 4322 >/dev/null 2>&1 &)
	|	assertTrue true
	|}
	END
	runner
	assert_status 1
	says "stray_test: FAILED: it left processes behind"
	says "sleep 4322"
	no_left "sleep 4322"
	totals "9 passed, 1 failed, 0 skipped"
}

testLeftoverFile()
{
	suite litter <<-'END'
	|testOne() { echo x >"$TMPDIR/forgotten"; echo x >"$T/mine"; }
	END
	runner
	assert_status 1
	says "litter_test: FAILED: it left files behind:"
	says "/forgotten"
	totals "9 passed, 1 failed, 0 skipped"
}

# The attack of facts 7, 2 on the copy that all share.
testBinaryThatWasChanged()
{
	suite attack <<-'END'
	|testOne() { chmod 4755 "$CB"; }
	END
	runner
	assert_status 1
	says "host files: FAILED: not as before"
	says "-rwsr-xr-x"
}

# An ordinary user can make none, so that there is nothing to be found.
testLeftoverCgroup()
{
	cgroup=''
	for dir in /sys/fs/cgroup /sys/fs/cgroup/*; do
		[ -w "$dir/cgroup.procs" ] && cgroup=$dir && break
	done
	if ! is_root; then
		assertEquals "a cgroup for an ordinary user" "" "$cgroup"
		return 0
	fi
	[ "$cgroup" ] || skip "no cgroup can be made here" || return 0
	suite cgroup <<-EOF
	|testOne() { assertTrue "mkdir '$cgroup/\$NAME.x'"; }
	EOF
	runner
	rmdir "$cgroup"/cellbox-test.*.x
	assert_status 1
	says "host cgroups: > $cgroup/cellbox-test."
	totals "8 passed, 1 failed, 0 skipped"
}

# In namespaces of its own, so that nothing leaks for real; for an ordinary user
# that is one where it is root and cannot become anybody else.
testHostThatWasChanged()
{
	can_ns -imu || return 0
	suite leak <<-'END'
	|testOne() {
	|	mount -t tmpfs none /mnt
	|	hostname leaked
	|	ipcmk -M 4096
	|	assertTrue true
	|}
	END
	flags=-imu
	is_root || flags=-Urimu
	run ul_unshare $flags env TESTS_DIR="$T/suites" SCRATCH="$T" \
		CELLBOX_NESTED= "$TOP/tests/run" -w "root/${WAY#*/}"
	assert_status 1
	says "host mounts: FAILED"
	says "host ipc: FAILED"
	says "host names: FAILED"
	says "host names: > leaked"
	is_root || says "nothing runs as an ordinary user"
}

testCleanSurroundings()
{
	suite clean <<-'END'
	|testOne() {
	|	run "$HELPER/facts" SigBlk SigIgn fds cwd
	|	grep -v '^fds' "$T/out" >"$T/seen"
	|	{
	|		echo "SigBlk=0000000000000000"
	|		echo "SigIgn=0000000000000000"
	|		echo "cwd=$T"
	|	} >"$T/expected"
	|	assertEquals "$(cat "$T/expected")" "$(cat "$T/seen")"
	|	assertTrue "[ -w '$T' ] && [ -w '$HOME' ] && [ -w '$TMPDIR' ]"
	|	assertTrue "[ -x '$CB' ]"
	|}
	END
	runner
	assert_status 0
}

testChoice()
{
	suite one <<-'END'
	|testRed() { assertTrue true; }
	|testBlue() { assertTrue false; }
	END
	suite two <<-'END'
	|testRed() { assertTrue true; }
	END
	run env TESTS_DIR="$T/suites" SCRATCH="$T" \
		"$TOP/tests/run" -w "$WAY" -k 'one_test:*ed'
	assert_status 0
	totals "9 passed, 0 failed, 0 skipped"
	run env TESTS_DIR="$T/suites" SCRATCH="$T" \
		"$TOP/tests/run" -w "$WAY" tests/two_test.sh
	assert_status 0
	totals "9 passed, 0 failed, 0 skipped"
	run env TESTS_DIR="$T/suites" SCRATCH="$T" \
		"$TOP/tests/run" -w "$WAY" three
	assert_status 1
	says "no suite 'three'"
}

testMissingBinary()
{
	suite good <<-'END'
	|testOne() { assertTrue true; }
	END
	runner CELLBOX=/nonexistent
	assert_status 1
	says "no binary /nonexistent"
	totals "0 passed, 1 failed, 0 skipped"
}

testStormCounts()
{
	storm=$HELPER/storm
	run "$storm" -n 20 -j 2 -w 500 sleep 4323
	assert_status 0
	assert_out 'runs=20 signal=15 * wrong=0 hangs=0 strays=0 zombies=0'
	run "$storm" -n 3 -w 0 -s USR1 -e 0 sleep 4323
	assert_status 1
	assert_out '* wrong=3 hangs=0 strays=0 zombies=0'
	run "$storm" -n 1 -w 0 -s CONT -e 0 sh -c 'setsid sleep 4324 & exit 0'
	assert_status 1
	assert_out '* wrong=0 hangs=0 strays=1 zombies=0'
	no_left "sleep 4324"
}

# Who ends on TERM without waiting for his dead child leaves us the zombie.
testStormCountsZombies()
{
	run "$HELPER/storm" -n 2 -w 0 -s CONT -e 0 \
		sh -c 'sleep 0.1 & exec sleep 0.3'
	assert_status 1
	assert_out '* strays=0 zombies=2'
	run "$HELPER/storm" -n 2 -w 0 -s CONT -e 0 \
		sh -c 'sleep 0.1 & wait; exit 0'
	assert_status 0
}

testWith()
{
	run "$HELPER/with" --block 33 --ignore 34 --ignore HUP --umask 027 \
		"$HELPER/facts" SigBlk SigIgn umask
	assert_status 0
	assertEquals "SigBlk=0000000100000000
SigIgn=0000000200000001
umask=0027" "$(cat "$T/out")"
	run "$HELPER/with" --close 0 --open 5 "$HELPER/facts" fds
	assert_out 'fds=1:file 2:file 5:dir*'
	run "$HELPER/with" --no-argv0 "$HELPER/facts"
	assert_status 0
}

. shunit2
