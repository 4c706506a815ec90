#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsinit under load. CELLBOX_LOAD (100) is a percentage; the ash ways and the
# ordinary user's take a tenth: the storm is not the shell's.
#
# timeout: 240
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)
load=${CELLBOX_LOAD:-100}
[ "$WAY" = root/dash ] || load=$(((load + 9) / 10))

# Not a queue as long as the machine allows: the kernel walks through it for each.
testSignalsAndChildren()
{
	can_ns || return 0
	run prlimit --sigpending=2000 "$CB" nsclone $as -p nsinit "$HELPER/flood" \
		-n $((load * 10000)) -c $((load * 100))
	assert_status 0
	assert_out 'accepted [1-9]* lost 0 odd 0 late 0 left 0'
}

testOrphans()
{
	can_ns || return 0
	run "$CB" nsclone $as -mp nsmount proc /proc nsinit "$HELPER/flood" -z $((load * 1000))
	assert_status 0
	assert_out "zombies $((load * 1000)) left 0 us *"
}

# The best of five rounds each, in turn: others work here, too.
testZombiesCost()
{
	can_ns || return 0
	command -v tini >/dev/null || skip "no tini (package tini)" || return 0
	ours='' theirs=''
	# The best of each; more rounds where others use the machine.
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
		us=$("$CB" nsclone $as -mp nsmount proc /proc nsinit "$HELPER/flood" \
			-z 10000 2>/dev/null | sed 's/.* us //')
		[ "$ours" ] && [ "$ours" -le "$us" ] || ours=$us
		us=$("$CB" nsclone $as -mp nsmount proc /proc tini -- "$HELPER/flood" \
			-z 10000 2>/dev/null | sed 's/.* us //')
		[ "$theirs" ] && [ "$theirs" -le "$us" ] || theirs=$us
		[ $((ours * 10)) -gt $((theirs * 13)) ] || break
	done
	assertTrue "10000 zombies: $ours us, tini $theirs us" \
		"[ $((ours * 10)) -le $((theirs * 13)) ]"
}

. shunit2
