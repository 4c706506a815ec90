#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# Maps of ids: as util-linux's, word for word; more than it can; whose ids are
# whose; and what subuid files and newuidmap may do wrong.
# timeout: 60
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

uid=$(id -u) gid=$(id -g)
facts='uid gid groups uid_map gid_map setgroups CapEff CapBnd CapAmb'

# For root a subuid file of its own; the ordinary user has a range.
oneTimeSetUp()
{
	range=''
	printf '0:100000:65536\n' >"$T/subid"
	if is_root; then
		range=100000
	elif command -v newuidmap >/dev/null; then
		range=$(sed -n "s/^$(id -un):\([0-9]*\):65536$/\1/p" /etc/subuid |
			head -n 1)
	fi
}

can_map()
{
	can_ns -Ur || return
	[ "$range" ] || skip "no subordinate ids here (newuidmap, /etc/subuid)"
}

# with_subids CMD...: CMD's subuid and subgid file is $T/subid.
with_subids()
{
	ul_unshare $(is_root || echo -r) -m sh -c 'mount --bind "$0" /etc/subuid &&
		mount --bind "$0" /etc/subgid && exec "$@"' "$T/subid" "$@"
}

# Here it is only root that wants one.
subids()
{
	if is_root; then
		with_subids "$@"
	else
		"$@"
	fi
}

# same_as_theirs OPTION...: the facts of the program, and the status
same_as_theirs()
{
	run subids /usr/bin/unshare "$@" "$HELPER/facts" $facts
	theirs=$(cat "$T/out") status=$rc
	assertEquals "util-linux: $* $(cat "$T/err")" 0 $status
	run subids "$CB" unshare "$@" "$HELPER/facts" $facts
	assert_status $status
	assertEquals "unshare $*" "$theirs" "$(cat "$T/out")"
}

# mapped UIDS GIDS OPTION...: these maps (lines with commas between)
mapped()
{
	expected="uid_map=$1
gid_map=$2"
	shift 2
	run subids "$CB" unshare "$@" "$HELPER/facts" uid_map gid_map
	assert_status 0
	assert_err ''
	assertEquals "unshare $*" "$expected" "$(cat "$T/out")"
}

# refused LINE OPTION...
refused()
{
	line=$1
	shift
	run "$CB" unshare "$@" true
	assert_status 125
	assert_out ''
	assertEquals "unshare $*" "unshare: $line" "$(cat "$T/err")"
}

testOneIdIsTheirs()
{
	can_ns -Ur || return 0
	same_as_theirs --map-user=0
	same_as_theirs --map-user=7 --map-group=8
	same_as_theirs --map-group 8
	same_as_theirs --map-user=daemon
	same_as_theirs --map-user daemon --map-group adm
	same_as_theirs --map-user=4294967294
	same_as_theirs -r --map-user=5
	same_as_theirs --map-user=1 --map-user=2
	same_as_theirs -U --setgroups=deny
	same_as_theirs -U --setgroups=allow
	same_as_theirs -r --keep-caps
	same_as_theirs -c --keep-caps
	# The word that -r implies may be said (util-linux 2.38 fails).
	mapped "0 $uid 1" "0 $gid 1" -r --setgroups deny
}

testSubordinateIdsAreTheirs()
{
	can_map || return 0
	same_as_theirs --map-auto
	same_as_theirs --map-auto -r
	same_as_theirs --map-auto -c
	same_as_theirs --map-users=auto
	same_as_theirs --map-users auto --map-groups=auto
	same_as_theirs --map-groups=auto
	same_as_theirs --map-users=auto -r
	same_as_theirs --map-groups=auto -r
	same_as_theirs --map-users=$range,0,10
	same_as_theirs --map-users=$range,0,10 -r
	same_as_theirs --map-users=$range,5,10 --map-groups=$range,0,1000 --map-group=999
	same_as_theirs --map-auto -r --setgroups=allow
	same_as_theirs --map-users=$uid,3,1
	same_as_theirs --map-auto -r -S 5
	same_as_theirs --map-auto -r -S 5 -G 6
	same_as_theirs --map-auto -S 5 -G 6 --keep-caps
	# And with a fork, and what else is made in the same step.
	same_as_theirs --map-auto -r -pf --mount-proc
	same_as_theirs --map-auto -r -mnuiCf
}

# The caller's own id is taken out of the ranges, as util-linux does it.
testHolesAreTheirs()
{
	can_map || return 0
	for inside in 5 6 9 13 14 3 20; do
		same_as_theirs --map-users=$range,5,10 --map-user=$inside
	done
	for inside in 0 5 65534 65535 70000; do
		same_as_theirs --map-auto --map-user=$inside --map-group=$inside
	done
	# One behind the end: util-linux 2.38 loses the last id of the range.
	mapped "15 $uid 1,5 $range 10" '' --map-users=$range,5,10 --map-user=15
}

# The own id among those outside, too (root alone can map such a range).
testHolesOfBothSides()
{
	needs_root || return 0
	can_map || return 0
	mapped '5 0 1,0 1 5,6 6 4' '' --map-users=0,0,10 --map-user=5
	mapped '0 0 1,1 1 9' '' --map-users=0,0,10 --map-user=0
	mapped '20 0 1,0 1 9' '' --map-users=0,0,10 --map-user=20
	mapped '3 0 1,0 1 3,4 4 6' '' --map-users=0,0,10 --map-user=3
}

testFormsOfRanges()
{
	can_map || return 0
	mapped "3 $range 4" '' --map-users 3:$range:4
	mapped "3 $range 4" '' --map-users $range,3,4
	mapped "3 $range 4,20 $((range + 10)) 2" '' \
		--map-users 3:$range:4 --map-users=20:$((range + 10)):2
	mapped "0 $uid 1,3 $range 4" "0 $gid 1" -r --map-users 3:$range:4
	mapped "0 $range 65536" "0 $range 65536" --map-auto
	mapped "$range $range 65536" "$range $range 65536" --map-subids
	mapped "$range $range 65536" '' --map-users subids
	mapped "0 $uid 1,$range $range 65536" "0 $gid 1,$range $range 65536" \
		-r --map-subids
	mapped '' "0 $range 65536" --map-groups auto
}

# The identity of what is mapped here
testAll()
{
	can_map || return 0
	run "$CB" unshare -r unshare --map-users all --map-groups all \
		"$HELPER/facts" uid gid uid_map gid_map
	assert_out "uid=0 0 0
gid=0 0 0
uid_map=0 0 1
gid_map=0 0 1"
	run subids "$CB" unshare --map-auto -r unshare -Um --map-users all \
		--map-groups all "$HELPER/facts" uid gid uid_map gid_map setgroups
	assert_out "uid=0 0 0
gid=0 0 0
uid_map=0 0 1,1 1 65535
gid_map=0 0 1,1 1 65535
setgroups=allow"
	is_root || return 0
	mapped '0 0 4294967295' '0 0 4294967295' --map-users all --map-groups all
}

testManyRanges()
{
	needs_root || return 0
	options='' expected=''
	for i in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		options="$options --map-users $i:$((i + 100)):1"
		expected="$expected${expected:+,}$i $((i + 100)) 1"
	done
	mapped "$expected" '' $options
	refused '--map-users is given more than 16 times' $options --map-users 16:116:1
}

# A namespace of 340 lines, the kernel's limit, made by hand
testAsManyAsTheKernelTakes()
{
	needs_root || return 0
	ul_unshare -U sh -c 'echo $$ >"$1/here"; until grep -q 678 /proc/self/uid_map; do sleep 0.1; done
		"$0" unshare --map-users all sh -c "wc -l </proc/self/uid_map"; echo $?
		"$0" unshare --map-users all --map-users 9999:9999:1 true; echo $?' \
		"$CB" "$T" >"$T/out" 2>"$T/err" &
	ran='340 lines'
	i=0
	while [ $i -lt 340 ]; do
		echo "$((2 * i)) $((2 * i)) 1"
		i=$((i + 1))
	done >"$T/map"
	until [ -s "$T/here" ]; do sleep 0.1; done
	echo '0 0 1' >"/proc/$(cat "$T/here")/gid_map"
	dd if="$T/map" of="/proc/$(cat "$T/here")/uid_map" bs=4095 2>/dev/null ||
		fail "the kernel does not take 340 lines"
	wait $!
	assert_out "340
0
125"
	assert_err 'unshare: --map-users: a map has at most 340 lines'
}

testWordsThatMakeNoMap()
{
	for word in '' x 0 0:0 0:0:x 0:0:1: 0,0:1 -1:0:1 0:-1:1 0:0:-1 ' 0:0:1' 0:0:4294967296 \
		0x1:0:1 autos al; do
		refused "--map-users '$word': not IN:OUT:COUNT, auto, subids or all" \
			--map-users "$word"
		refused "--map-groups '$word': not IN:OUT:COUNT, auto, subids or all" \
			--map-groups="$word"
	done
	refused "--setgroups 'x': not allow or deny" -U --setgroups x
	refused "--setgroups 'allow' and a map of one's own group exclude each other" \
		-r --setgroups allow
	refused '--setgroups needs a new user namespace: add -U' --setgroups deny
	refused '-r and -c exclude each other' -rc
	for word in 1 1: :1 1:2:3 a:b 4294967295:1 1:4294967295 -1:0 ' 1:2' ''; do
		refused "--owner '$word': not UID:GID" --owner "$word"
	done
}

# What no kernel takes is refused before it is asked.
testRangesThatCannotBe()
{
	can_ns -Ur || return 0
	for range in 0:0:0 0:4294967295:1 4294967295:0:1 0:1:4294967295 4294967290:0:6 \
		0:4294967000:1000; do
		refused "--map-users '$range': no such ids" --map-users $range
	done
	range=''
	refused "--map-users '4:100:5': overlaps '0:0:5'" --map-users 0:0:5 --map-users 4:100:5
	refused "--map-users '10:4:5': overlaps '0:0:5'" --map-users 0:0:5 --map-users 10:4:5
	refused "--map-groups '1:1:1': overlaps '0:0:5'" --map-groups 0:0:5 --map-groups 1:1:1
	refused "--map-user 'nobody-of-that-name': '/etc/passwd' has no such name" \
		--map-user nobody-of-that-name
	refused "--map-group '': '/etc/group' has no such name" --map-group ''
	oneTimeSetUp
}

testIdsOfOthers()
{
	needs_user || return 0
	can_map || return 0
	run "$CB" unshare --map-users 0:0:1 true
	assert_status 125
	assert_err "unshare: newuidmap: status 1: newuidmap: uid range *not allowed"
	run "$CB" unshare --map-groups 0:0:5 true
	assert_status 125
	assert_err "unshare: newgidmap: status 1: newgidmap: gid range *not allowed"
	# In a user namespace, by no helper's leave.
	run "$CB" unshare -r unshare --map-users 0:0:2 true
	assert_status 125
	assert_err "unshare: write '0 0 2' to 'uid_map': Operation not permitted (that id is not the caller's to map)"
}

testOwner()
{
	needs_root || return 0
	run "$CB" unshare --owner 12345:54321 -r "$HELPER/facts" uid gid groups uid_map \
		gid_map setgroups
	assert_out 'uid=0 0 0
gid=0 0 0
groups=
uid_map=0 12345 1
gid_map=0 54321 1
setgroups=deny'
	run "$CB" unshare --owner 12345:54321 "$HELPER/facts" uid CapEff
	assert_out 'uid=65534 65534 65534
CapEff=0000000000000000'
	run subids "$CB" unshare --owner 12345:54321 --map-auto -r -Tf --monotonic 1000 \
		"$HELPER/facts" uid_map gid_map setgroups
	assert_err "unshare: --map-users: '/etc/subuid' has no range for user 12345"
	echo '12345:200000:100' >>"$T/subid"
	run subids "$CB" unshare --owner 12345:54321 --map-auto -r -Tf --monotonic 1000 \
		"$HELPER/facts" uid_map gid_map setgroups
	assert_out 'uid_map=0 12345 1,1 200000 99
gid_map=0 54321 1,1 200000 99
setgroups=allow'
	oneTimeSetUp
	# It is his: he can enter, who may else not.
	"$CB" unshare --owner 12345:12345 -rn sleep 98766 &
	until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.1; done
	run /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups nsenter -t $! -U -n \
		--preserve-credentials "$HELPER/facts" uid
	kill $!
	wait $!
	assert_out 'uid=0 0 0'
}

testOwnerIsRootsToGive()
{
	can_ns -Ur || return 0
	run $(is_root && echo /usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups) \
		"$CB" unshare --owner 0:0 -r true
	assert_status 125
	assert_err "unshare: become the owner '0:0': Operation not permitted"
}

# The kernel's answer to setgroups, where a gid map stands already or it was denied
testSetgroupsDeniedAbove()
{
	can_ns -Ur || return 0
	run "$CB" unshare -r unshare -U --setgroups allow true
	assert_status 125
	assert_err "unshare: write 'allow' to 'setgroups': Operation not permitted"
}

# --- files ------------------------------------------------------------------------

# found RANGE: that is what the file says of this user, who in a user namespace
# of one id cannot have it, and says so.
found()
{
	run with_subids "$CB" unshare --map-users auto "$HELPER/facts" uid_map
	if is_root; then
		assert_status 0
		assert_out "uid_map=0 $1"
	else
		assert_status 125
		assert_err "unshare: write '0 $1' to 'uid_map': Operation not permitted (that id is not the caller's to map)"
	fi
}

found_none()
{
	run with_subids "$CB" unshare --map-users auto true
	assert_status 125
	assert_err "unshare: --map-users: '/etc/subuid' has no range for user 0"
}

testSubuidFiles()
{
	can_ns -Ur || return 0
	printf '0:100000:10\n' >"$T/subid"
	found '100000 10'
	printf 'root:100000:10' >"$T/subid" # no newline at the end
	found '100000 10'
	printf 'rootx:1:1\nroo:2:2\n:3:3\n00:4:4x\n# root\nroot:100000:10\nroot:7:7\n' \
		>"$T/subid" # the first that is right
	found '100000 10'
	printf 'root\nroot:\nroot::\nroot:x:1\nroot:1:0\nroot:1:4294967296\n0:100000:10\n' \
		>"$T/subid"
	found '100000 10'
	: >"$T/subid"
	found_none
	printf '1:100000:10\nroot:x\n' >"$T/subid"
	found_none
	printf 'root:100000:4294967290\n' >"$T/subid"
	run with_subids "$CB" unshare --map-users auto true
	assert_status 125
	assert_err "unshare: --map-users '0:100000:4294967290': no such ids"
	oneTimeSetUp
}

testSubuidFilesOfAnyBytes()
{
	can_ns -Ur || return 0
	# A line longer than any buffer is no line, and its end is not one either.
	{
		head -c 100000 /dev/zero | tr '\0' x
		printf 'root:1:1\nroot:100000:10\n'
	} >"$T/subid"
	found '100000 10'
	{
		head -c 2000 /dev/zero
		printf '\nroot:100000:10\n'
	} >"$T/subid"
	found '100000 10'
	printf 'root:1:2\0003\nroot:100000:10\n' >"$T/subid"
	run with_subids "$CB" unshare --map-users auto true
	assertTrue "a crash: $rc" "[ $rc = 125 ] || [ $rc = 0 ]"
	for i in 1 2 3 4 5; do
		head -c 50000 /dev/urandom >"$T/subid"
		found_none
	done
	head -c 50000 /dev/zero | tr '\0' ':' >"$T/subid"
	found_none
	oneTimeSetUp
}

# --- the helpers ------------------------------------------------------------------

# A PATH with these alone: helper NAME LINE
helper()
{
	mkdir -p "$T/path"
	printf '#!/bin/sh\n%s\n' "$2" >"$T/path/$1"
	chmod 755 "$T/path/$1"
}

# Of an ordinary user; root writes all maps itself.
by_helper()
{
	run env PATH="$T/path" "$CB" unshare "$@" /bin/true
}

testHelperIsMissing()
{
	needs_user || return 0
	can_map || return 0
	mkdir -p "$T/path"
	by_helper --map-users $range,0,10
	assert_status 125
	assert_err "unshare: run 'newuidmap': not found (package uidmap; an ordinary user's subordinate ids are mapped by it)"
	by_helper --map-users $uid,0,1 --map-groups $range,0,5
	assert_status 125
	assert_err "unshare: run 'newgidmap': not found (package uidmap; an ordinary user's subordinate ids are mapped by it)"
}

testHelperFails()
{
	needs_user || return 0
	can_map || return 0
	helper newuidmap 'echo "as I like" >&2; echo "and more" >&2; exit 3'
	by_helper --map-users $range,0,10
	assert_status 125
	assert_err "unshare: newuidmap: status 3: as I like"
	helper newuidmap 'kill -9 $$'
	by_helper --map-users $range,0,10
	assert_status 125
	assert_err "unshare: newuidmap: status 137"
	helper newuidmap 'exec '"$BUSYBOX"' head -c 1000000 /dev/zero >&2'
	by_helper --map-users $range,0,10
	assertTrue "ended with $rc" "[ $rc = 125 ] || [ $rc = 0 ]"
	rm -r "$T/path"
}

# It is killed after ten seconds; the other tests need not wait for that.
testHelperHangs()
{
	needs_user || return 0
	can_map || return 0
	helper newuidmap "exec $BUSYBOX sleep 98765"
	begin=$(date +%s)
	by_helper --map-users $range,0,10
	assert_status 125
	assert_err "unshare: newuidmap: killed after 10 seconds"
	assertTrue "in time" "[ $(($(date +%s) - begin)) -lt 15 ]"
	no_left 'sleep 98765'
	rm -r "$T/path"
}

# It is the caller's, found by the caller's PATH, with the caller's signals.
testHelperIsToldThePid()
{
	needs_user || return 0
	can_map || return 0
	helper newuidmap 'echo "$@" >"$SEEN"; exec '"$(command -v newuidmap)"' "$@"'
	SEEN="$T/seen" run env PATH="$T/path" "$CB" unshare --map-users $range,0,10 \
		/bin/sh -c 'echo $$'
	assert_status 0
	assertEquals "$(cat "$T/out") 0 $range 10" "$(cat "$T/seen")"
	rm -r "$T/path"
}

testMapsWantTheCallersRoot()
{
	for words in '--map-auto' '--map-subids' '--map-users auto' '--map-groups subids' \
		'--map-user daemon' '--map-group adm'; do
		run "$CB" nsclone -rm pivotroot / unshare $words true
		assert_status 125
		assert_err "unshare: ${words%% *} wants programs and files of the caller's, but an earlier step changed the root: put it before that"
	done
}

# --- as few processes and calls as can be -----------------------------------------

# forks WORD...: how many processes the sentence starts
forks()
{
	strace -f -qq -e trace=clone,clone3,fork,vfork -o "$T/trace" "$CB" "$@" ||
		fail "$*: status $?"
	grep -cE ' (clone3?|v?fork)\(' "$T/trace"
}

testNoHelperWhereNoneIsNeeded()
{
	can_ns -Ur || return 0
	command -v strace >/dev/null || skip "no strace" || return 0
	for words in -r -c -U --map-user=7 '--map-user 7 --map-group 8' "-r --map-user 3" \
		"-U --setgroups deny" "--map-users 5:$uid:1" \
		"--setgroups deny --map-users 5:$uid:1 --map-groups 6:$gid:1" -Urmnui; do
		assertEquals "$words" 0 "$(forks unshare $words true)"
	done
	assertEquals "-rf: the child" 1 "$(forks unshare -rf true)"
	is_root || return 0
	assertEquals "a helper" 1 "$(forks unshare --map-users 0:0:10 true)"
}

. shunit2
