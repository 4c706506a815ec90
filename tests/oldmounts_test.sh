#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsmount without the calls of newer kernels, one by one and all together, and
# with EPERM in their place as older container engines answer: the same mounts.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)
newer="open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr openat2"

setUp()
{
	rm -rf "$T/a" "$T/b" "$T/c" "$T/p"
	mkdir -p "$T/a/sub" "$T/b" "$T/c" "$T/p"
	echo file >"$T/a/file"
}

# mounts WITHOUT...: what comes of all kinds of mounts, less the numbers
mounts()
{
	run ul_unshare $as -mpf --mount-proc "$@" sh -c '
		shown() { sed -n "s|^[0-9]* [0-9]* [0-9:]* \([^ ]*\) $T\([^ ]*\) \([^ ]*\) .* - \([^ ]*\) .*|\1 \2 \3 \4|p" \
			/proc/self/mountinfo | sort; }
		m() { $CB nsmount "$@" || echo "failed: $*"; }
		mount -t tmpfs none $T/a/sub
		for root in "" "-R $T"; do
			t=$T; [ "$root" ] && t=
			m $root -o ro,nosuid,noexec rbind $T/a $t/b
			m $root -o nodev bind $T/a $t/c
			m $root -o ro bind $T/a/file $t/c/file
			m $root -o size=1m,nosuid,mode=0700 tmpfs $t/c
			m $root -o size=2m remount $t/c
			df -k $T/c | tail -n 1 | tr -s " " | cut -d " " -f 2
			m $root -o nodev,noexec remount $t/c
			m $root -o rnodev remount $t/b
			m $root -o safe proc $t/p
			shown; m $root -o detach umount $t/b
			m move $T/c $T/b; m $root -o mkdir dev $t/b/dev
			ls $T/b/dev; m $root mask $t/b/dev/pts --
			m $root bind fd:9 $t/c 9<$T/a; cat $T/c/file
			echo "bind $T/a $t/c
				-o ro bind $T/a/file $t/c/file" | m $root -F -
			shown | grep /c; m $root private $t/c; m $root unbindable $t/c
			touch $T/c/file $T/p/sysrq-trigger
		done'
	sed "s/, .*//; s/filename/file name/I" "$T/err" >"$T/err2"
	cat "$T/out" "$T/err2" >"$T/all"
}

testTheSameMounts()
{
	can_ns -Urpf || return 0
	mounts
	if grep -q "too revealing" "$T/err"; then
		skip "this /proc is overmounted"
		return 0
	fi
	assertFalse "$(cat "$T/all")" "grep -q ^failed $T/all"
	cp "$T/all" "$T/new"
	for call in $newer; do
		[ $call = move_mount ] && continue # see below
		for how in "" -p; do
			mounts "$HELPER/without" $how $call --
			cmp -s "$T/new" "$T/all" || fail "without $how $call: $(diff "$T/new" "$T/all")"
		done
	done
	for how in "" -p; do
		mounts "$HELPER/without" $how $newer --
		cmp -s "$T/new" "$T/all" || fail "without $how all: $(diff "$T/new" "$T/all")"
	done
}

# open_tree without move_mount has no kernel: what cannot be, says so.
testNoMoveMountAlone()
{
	can_ns -Ur || return 0
	run "$CB" unshare $as -m "$HELPER/without" move_mount -- "$CB" \
		nsmount -o ro bind "$T/a" "$T/b" nsmount -R "$T" tmpfs /c
	assert_status 0
	run "$CB" unshare $as -m "$HELPER/without" move_mount -- "$CB" \
		nsmount -R "$T" bind in-root:/a /b true
	assert_status 125
	assert_err "nsmount: bind 'in-root:/a' '$T/b': Function not implemented"
}

# What has no older way is refused.
testRefused()
{
	needs_root || return 0
	run "$CB" unshare -m "$HELPER/without" mount_setattr -- "$CB" \
		nsmount -o idmap=0:1000:1 bind "$T/a" "$T/b" true
	assert_status 125
	assert_err "nsmount: bind '$T/a' '$T/b': Function not implemented*"
}

. shunit2
