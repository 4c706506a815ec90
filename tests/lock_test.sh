#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The lock, a last `unshare -Um --map-users all --map-groups all`, against a
# program with all capabilities; maps where /proc is none, or forged.
#
# timeout: 60
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)
lock='unshare -Um --map-users all --map-groups all'

oneTimeSetUp()
{
	make_root "$T/root"
	mkdir "$T/root/covered"
	echo below >"$T/root/covered/file"
	jail="nsclone $as -mpiun --hostname web nsmount rbind $T/root $T/root
		nsmount -R $T/root proc /proc nsmount -R $T/root tmpfs /covered
		nsmount -R $T/root -o ro bind $T/root/bin /bin
		pivotroot $T/root nsinit"
}

# attack LOCK CMD...: in the jail
attack()
{
	words=$1
	shift
	run "$CB" $jail $words "$@"
}

# umount, remount and a look below what covers, by a root with all capabilities
attacks='umount /covered 2>/dev/null && echo "umount /covered"
	[ -e /covered/file ] && echo "seen what it covered"
	mount -o remount,bind,rw /bin 2>/dev/null && echo "remount /bin"
	umount /proc 2>/dev/null && echo "umount /proc"
	umount -l / 2>/dev/null && echo "umount /"
	echo done'

testTheLockHolds()
{
	can_ns -Urmpiun || return 0
	attack "$lock" sh -c "$attacks"
	assert_status 0
	assert_out 'done'
	attack "$lock nsinit -a" true
	assert_err "nsinit: -a is for PID 1*"
	# Without it they are free, or the test would show nothing.
	attack '' sh -c "$attacks"
	assert_status 0
	assert_out "umount /covered
seen what it covered
*done"
	is_root || return 0
	assert_out "*
remount /bin
umount /proc
umount /
done"
}

# What the program is stays: uid 0, all capabilities, hostname and network.
testTheLockTakesNothingElse()
{
	can_ns -Urmpiun || return 0
	facts='uid gid groups CapInh CapAmb cwd umask hostname fds
		ns_net ns_uts ns_ipc ns_pid ns_cgroup ns_time SigBlk SigIgn NoNewPrivs'
	attack '' facts $facts
	assert_status 0
	before=$(sed '/^ns_/d' "$T/out")
	attack "$lock" facts $facts
	assert_status 0
	assertEquals "$before" "$(sed '/^ns_/d' "$T/out")"
	run ul_unshare -r "$HELPER/facts" CapPrm CapEff CapBnd
	before=$(cat "$T/out")
	attack "$lock" facts CapPrm CapEff CapBnd
	assertEquals "all capabilities" "$before" "$(cat "$T/out")"
	# It has rights over what is made with it, and over its own mounts.
	attack "$lock" sh -c 'mount -t tmpfs none /tmp && echo mounted'
	assert_out mounted
	# Of the network it has none, nor of the hostname: they belong to the outer one.
	attack "$lock" sh -c 'hostname other; hostname'
	assert_out web
	attack "unshare -Uumn --map-users all --map-groups all" sh -c \
		'hostname other; hostname; ip link set lo up && echo up'
	assert_out 'other
up'
	is_root || return 0
	attack "$lock" facts uid_map gid_map
	assert_out 'uid_map=0 0 4294967295
gid_map=0 0 4294967295'
	# Files of other users are still root's.
	chown 12345 "$T/root/covered/file"
	chmod 600 "$T/root/covered/file"
	run "$CB" nsclone -mp nsmount -R "$T/root" proc /proc pivotroot "$T/root" $lock \
		cat /covered/file
	assert_out below
}

# bare SCRIPT: where nothing is mounted on /proc
bare()
{
	run ul_unshare -m sh -c 'while umount -l /proc 2>/dev/null; do :; done
		[ -e /proc/self ] && exit 99
		'"$1" "$CB" "$HELPER/facts" "$T"
	[ "$rc" != 99 ] || fail "/proc is still there"
}

testRootNeedsNoProc()
{
	needs_root || return 0
	for words in -r -c -Urmnui '-U --setgroups deny' '-r --map-user 7' -a; do
		bare '"$0" unshare '"$words"' "$1" uid uid_map'
		assert_status 0
		assert_err ''
		case $words in
		*-r*7) assert_out 'uid=7 7 7
uid_map=-' ;;
		*r* | -c) [ "$words" = '-U --setgroups deny' ] || assert_out 'uid=0 0 0
uid_map=-' ;;
		esac
	done
	bare '"$0" unshare --map-users 0:0:10 --map-groups 0:0:10 "$1" uid gid'
	assert_out 'uid=0 0 0
gid=0 0 0'
	bare '"$0" '"$lock"' "$1" uid gid'
	assert_out 'uid=0 0 0
gid=0 0 0'
	bare '"$0" unshare -Tf --boottime 1000000000 "$1" uid && "$0" unshare -rTf \
		--boottime 1000000000 busybox uptime'
	assert_out 'uid=0 0 0
*up 115[0-9][0-9] days*'
	bare '"$0" unshare --owner 12345:12345 -r "$1" uid'
	assert_out 'uid=0 0 0'
	# A proc of its own, where there is none to compare with: root's alone.
	bare '"$0" unshare -pf --mount-proc "$1" pid processes'
	assert_out 'pid=1
processes=1'
}

# facts.md 8, 18
testUserNeedsProc()
{
	needs_root || return 0
	user='/usr/bin/setpriv --reuid 12345 --regid 12345 --clear-groups'
	for words in -r -c '--map-user 5' '-U --setgroups deny' '-UT --monotonic 5'; do
		bare "$user"' "$0" unshare '"$words"' "$1"'
		assert_status 125
		assert_out ''
		assert_err "unshare: open '/proc/*': No such file or directory (/proc is not mounted)"
	done
	bare "$user"' "$0" unshare -U "$1" uid'
	assert_out 'uid=65534 65534 65534'
}

# A root that was entered has files in the place of proc: nothing is written there.
testForgedProc()
{
	needs_root || return 0
	make_root "$T/forged"
	mkdir -p "$T/forged/proc/self/ns" "$T/forged/proc/1/ns"
	for file in uid_map gid_map setgroups timens_offsets fdinfo status mountinfo; do
		echo forged | tee "$T/forged/proc/self/$file" >"$T/forged/proc/1/$file"
	done
	chmod -R 777 "$T/forged/proc"
	before=$(find "$T/forged" -type f -newer "$T/forged/bin" -exec cksum {} + | sort)
	for words in -r '-U --setgroups deny' "$lock" 'unshare --map-users 0:0:10' -a \
		'unshare -rTf --monotonic 5' 'unshare -Tf --boottime 5'; do
		case $words in -*) words="unshare $words" ;; esac
		for first in '' '-p'; do
			run "$CB" nsclone -m $first pivotroot "$T/forged" $words facts uid
			assert_status 0
			assert_err ''
			case $words in
			*-a | *deny*) assert_out 'uid=65534 65534 65534' ;;
			*) assert_out 'uid=0 0 0' ;;
			esac
		done
	done
	assertEquals "$before" \
		"$(find "$T/forged" -type f -newer "$T/forged/bin" -exec cksum {} + | sort)"
}

. shunit2
