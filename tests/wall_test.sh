#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# wall_test.sh - a fixed sample of the faults, and the ways out of each jail
#
# Both make namespaces of their own as root, become an ordinary user themselves,
# and are the same under every shell: once is enough.
# ways: root/dash

# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

testFaults()
{
	can_ns -mpiun || return 0
	run env BUILD="$T/faults" CELLBOX="$CB" SCRATCH="$T" \
		"$TOP/tests/faults/run" --sample 150
	assert_status 0
	# One place or two may not be reached again: they are not counted.
	assertTrue "tried" "[ $(sed -n 's/^total: faults tried \([0-9]*\):.*/\1/p' "$T/out") -ge 145 ]"
	assertEquals "fail-open 0, false success 0, hang 0, unclear 0, stray 0, leftover 0" \
		"$(sed -n 's/^total: faults tried [0-9]*: //p' "$T/out")"
}

testEscapes()
{
	can_ns -mpiun || return 0
	run env BUILD="$T/escapes" CELLBOX="$CB" SCRATCH="$T" \
		"$TOP/tests/escapes/run"
	assert_status 0
	assertEquals "as expected" "$(tail -n 1 "$T/out")"
	assertTrue "a chroot lets nobody out: the attempts do nothing" \
		"[ $(sed -n 's/^chroot-root:.* \([0-9]*\) open.*/\1/p' "$T/out") -ge 30 ]"
}

# shellcheck source=/dev/null
. shunit2
