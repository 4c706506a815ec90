#!/bin/sh
# SPDX-License-Identifier: 0BSD
# timeout: 240
#
# oldkernel: the main sentences where system calls are missing (ENOSYS), as in an
# older kernel, or forbidden (EPERM), as by an old container engine: the result is
# the same, or there is one line and 125.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)
calls='clone3 open_tree move_mount fsopen mount_setattr openat2 pidfd_open close_range statx'
# Half of the mount API without the other is no kernel's: nsmount may refuse then.
mount_api=move_mount
export T

oneTimeSetUp()
{
	make_root "$T/root"
	mkdir "$T/ns" "$T/root/srv" "$T/root/inner" "$T/data"
	cp -RP "$T/root/bin" "$T/root/dev" "$T/root/proc" "$T/root/inner"
	mkdir "$T/root/inner/etc"
	cp "$CB" "$T/root/bin/cellbox"
	cp "$HELPER/ownroot" "$T/root/bin/"
	echo name >"$T/root/etc/name"
	echo inner >"$T/root/inner/etc/name"
	: >"$T/data/file"
}

# each FUNCTION [CALLS_THAT_MAY_REFUSE]: with none missing, with each and with all,
# both ways. The function gets what to put in front; a refusal is 125 and one line.
each()
{
	"$1" ""
	assertEquals "without a filter: $(cat "$T/err")" 0 "$rc"
	cp "$T/out" "$T/wanted"
	for missing in $calls all; do
		for how in '' -e; do
			"$1" "$HELPER/nosys $how $missing"
			if [ "$rc" = 125 ] && [ "$(wc -l <"$T/err")" = 1 ]; then
				case " $2 all " in
				*" $missing "*) continue ;;
				esac
			fi
			cmp -s "$T/wanted" "$T/out" && [ "$rc" = 0 ] && continue
			fail "$1: nosys $how $missing: status $rc"
			diff "$T/wanted" "$T/out"
			show_run
		done
	done
}

# same FUNCTION: with all missing, too.
same()
{
	for how in '' -e; do
		"$1" "$HELPER/nosys $how all"
		assert_status 0
		cmp -s "$T/wanted" "$T/out" || fail "$1: not the same"
	done
}

look='cat /etc/name; ownroot /etc/name; echo $$; ls /proc | grep -cx 1
	cut -d " " -f 5 /proc/self/mountinfo; cd /.. && ls -d etc srv'

full()
{
	run $1 "$CB" nsclone $as -mpiun --hostname web nsmount rbind "$T/root" "$T/ns" \
		nsmount -R "$T/ns" proc /proc pivotroot "$T/ns" nsinit /bin/sh -c "$look"
}

testFullJail()
{
	can_ns -Ur || return 0
	each full "$mount_api"
	same full
}

bare()
{
	run $1 "$CB" nsclone $as -mp nsmount -R "$T/root" proc /proc pivotroot "$T/root" \
		/bin/sh -c "$look"
}

testNoMountPoint()
{
	can_ns -Ur || return 0
	each bare "$mount_api"
	same bare
}

forked()
{
	run $1 "$CB" unshare -rmpf nsmount -R "$T/root" proc /proc \
		pivotroot --put-old "$T/root/srv/old" "$T/root" \
		/bin/sh -c "$look; ls -d /srv/old/proc; id -u"
}

testPutOld()
{
	can_ns -Ur || return 0
	each forked "$mount_api"
	same forked
}

inner()
{
	run $1 "$CB" nsclone $as -mpiu nsmount -R "$T/root" proc /proc pivotroot "$T/root" nsinit \
		/bin/cellbox nsclone -mp nsmount -R /inner proc /proc pivotroot /inner nsinit \
		/bin/sh -c "cat /etc/name; echo \$\$; cut -d ' ' -f 5 /proc/self/mountinfo"
}

testJailInAJail()
{
	can_ns -Ur || return 0
	each inner "$mount_api"
	same inner
}

chrooted()
{
	run $1 ${as:+/usr/bin/unshare -r} chroot "$T/root" /bin/cellbox nsclone -mp \
		pivotroot /inner /bin/sh -c 'cat /etc/name; ls -d /inner /srv; echo'
}

# Before Linux 5.8 a chroot is left by /proc, and there is none in this one.
testChroot()
{
	can_ns -Ur || return 0
	each chrooted pidfd_open
}

mounts()
{
	run $1 "$CB" nsclone $as -mp nsmount bind "$T/data" "$T/root/srv" \
		nsmount -R "$T/root" -o ro,nosuid bind "$T/data" /srv \
		nsmount -R "$T/root" -o mode=0711,size=64k tmpfs /tmp \
		nsmount -R "$T/root" mkdir /tmp/a/b nsmount -R "$T/root" dev /dev \
		nsmount -R "$T/root" proc /proc pivotroot "$T/root" /bin/sh -c '
			cut -d " " -f 5,6 /proc/self/mountinfo; ls /dev /tmp /srv
			(: >/srv/new) 2>/tmp/no || echo read-only; rm -f /tmp/no; rmdir /tmp/a/b /tmp/a && echo made
			: >/dev/null && echo null' 2>/dev/null
}

testMounts()
{
	can_ns -Ur || return 0
	each mounts "$mount_api mount_setattr open_tree fsopen"
}

readonly_()
{
	run $1 "$CB" nsclone $as -m nsmount rbind "$T/root" "$T/ns" \
		nsmount -o ro,nosuid rbind "$T/ns" "$T/ns" pivotroot "$T/ns" /bin/sh -c '
			(: >/new) 2>&1 | grep -o Read-only'
}

testReadOnlyTree()
{
	can_ns -Ur || return 0
	each readonly_ mount_setattr
}

joined()
{
	# The jail is without a filter: who joins has it.
	"$CB" nsclone $as -mpu --hostname jail nsmount -R "$T/root" proc /proc \
		pivotroot "$T/root" /bin/sh -c 'echo $$ >/tmp/up; exec sleep 300' &
	jail=$!
	until [ -s "$T/root/tmp/up" ]; do sleep 0.05; done
	pid=$(cat "/proc/$jail/task/$jail/children")
	pid=${pid% }
	run $1 "$CB" setns-join --keep-privileges -t "$pid" /bin/sh -c 'hostname; cat /etc/name'
	kill -KILL "$jail"
	wait "$jail" 2>/dev/null
	rm -f "$T/root/tmp/up"
}

testJoin()
{
	can_ns -Ur || return 0
	each joined pidfd_open
}

. shunit2
