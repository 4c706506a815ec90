#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# The document that cellbox comes from ("Jailing your apps using Linux
# Namespaces" of uWSGI), each of its patterns as a sentence of ours, in its own
# words and paths; and the real uWSGI, which joins ours and is joined.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"
# shellcheck source=tests/handover.sh
. "$TOP/tests/handover.sh"

# The document's machine: $T/box has /ns, /distros/precise and so on, and is the
# root of all that follows. Its mounts are shared, as systemd's are.
oneTimeSetUp()
{
	make_root "$T/box"
	cp "$CB" "$T/box/bin/cellbox"
	mkdir -p "$T/box/ns" "$T/box/distros"
	make_root "$T/box/distros/precise"
	mkdir -p "$T/box/distros/precise/.old_root" "$T/box/distros/precise/dev/pts"
	echo precise >"$T/box/distros/precise/etc/distro"
	cat >"$T/box/distros/precise/bin/look" <<-'END'
	#!/bin/sh
	cat /etc/distro
	ls -a /.old_root | xargs
	cut -d " " -f 5 /proc/self/mountinfo | xargs
	sed -n 's/.* \/proc \([^ ]*\) .*- proc none \(.*\)/\1 \2/p' /proc/self/mountinfo
	echo >/dev/null && ls /dev/pts/ptmx
	END
	chmod 755 "$T/box/distros/precise/bin/look"
}

# machine SCRIPT: run there as root, /proc and /dev as they should be
machine()
{
	run "$CB" nsclone $as -mpiu nsmount -R "$T/box" proc /proc nsmount -R "$T/box" dev /dev \
		pivotroot "$T/box" nsinit /bin/sh -c "mount --make-rshared /
			before=\$(cat /proc/self/mountinfo)
			$1
			[ \"\$before\" = \"\$(cat /proc/self/mountinfo)\" ] || echo the mounts of the machine changed"
}

testUnshareFs()
{
	can_ns || return 0
	machine 'cellbox unshare -m nsmount "mount:none /distros/precise /ns bind" cat /ns/etc/distro; ls /ns'
	assert_status 0
	assert_err ''
	assert_out precise
	machine 'cellbox unshare -i -u facts ns_ipc ns_uts ns_mnt | grep -cxF "$(facts)"; facts ns_uts'
	assert_out "1
ns_uts=*"
}

testPivotRoot()
{
	can_ns || return 0
	machine 'cellbox unshare -m nsmount "mount:none /distros/precise /ns bind" pivot_root /ns /ns/.old_root \
		sh -c "cat /etc/distro; ls /.old_root | xargs; ls /.old_root/distros"'
	assert_status 0
	assert_err ''
	assert_out "precise
bin dev distros etc ns proc sys tmp
precise"
}

# The whole walk, as it stands in the document.
walk='cellbox unshare -m \
	nsmount "mount:none /distros/precise /ns bind" \
	pivot_root /ns /ns/.old_root \
	nsmount "mount:proc none /proc nodev hidepid=2" \
	nsmount "mount:none /.old_root/dev /dev bind" \
	nsmount "mount:none /.old_root/dev/pts /dev/pts bind" \
	nsmount "umount:/.old_root rec,detach"'

testWholeWalk()
{
	can_ns || return 0
	machine "$walk look
		ls /ns /distros/precise/.old_root /distros/precise/dev
		grep -c hidepid /proc/mounts"
	assert_status 0
	assert_err ''
	assert_out "precise
. ..
/ /proc /dev /dev/pts
rw,nodev,relatime rw,hidepid=invisible
/dev/pts/ptmx
/distros/precise/.old_root:

/distros/precise/dev:
pts

/ns:
0"
}

# hidepid: what another uid sees of root's processes
testHidepidHides()
{
	can_ns || return 0
	is_root || { machine "$walk sh -c 'ls -d /proc/[0-9]* | wc -l'"; assert_out '[3-9]'; return 0; }
	machine "$walk sh -c 'ls -d /proc/[0-9]* | wc -l
		setuidgid 7:7 sh -c \"ls -d /proc/[0-9]*\" 2>/dev/null | wc -l'"
	assert_out '[3-9]
[0-2]'
}

testClonePerVassal()
{
	can_ns || return 0
	"$HELPER/facts" $(printf 'ns_%s ' $kinds) >"$T/ours"
	run "$CB" nsclone $as --ns fs,net,ipc,uts,pid "$HELPER/facts" $(printf 'ns_%s ' $kinds)
	assert_status 0
	assertEquals "ns_ipc ns_mnt ns_net ns_pid ${as:+ns_user }ns_uts" \
		"$(grep -vxFf "$T/ours" "$T/out" | sed 's/=.*//' | xargs)"
}

# --namespace ROOT:HOSTNAME with keep-mount inside of the root and outside; what
# is mounted below it and not kept is not there.
testNamespace()
{
	can_ns || return 0
	app=$T/apps/app1
	make_root "$app"
	mkdir -p "$app/nfs" "$app/nfs1" "$app/lost" "$T/mnt/nfs1"
	cat >"$app/bin/look" <<-'END'
	#!/bin/sh
	hostname
	cat /nfs/file /nfs1/file
	ls /lost
	cut -d ' ' -f 5 /proc/self/mountinfo | grep -v '^/proc\|^/dev' | xargs
	ls -d /proc/[0-9]* | wc -l
	END
	chmod 755 "$app/bin/look"
	quiet_host "$CB" nsclone $as -m nsmount tmpfs "$app/nfs" nsmount tmpfs "$T/mnt/nfs1" nsmount tmpfs "$app/lost" sh -c '
		echo kept >"$0/nfs/file"; echo lost >"$0/lost/file"; echo outside >"$1/file"
		exec "$TOP/scripts/jail" "$0:mybeautifulhostname" --keep-mount "$0/nfs" --keep-mount "$1:/nfs1" -- look' \
		"$app" "$T/mnt/nfs1"
	assert_status 0
	assert_err ''
	assert_out "mybeautifulhostname
kept
outside
/ /nfs /nfs1
[3-5]"
}

# --- the hook strings ------------------------------------------------------------

# hooks WORDS -- SCRIPT: in a namespace with a tmpfs at $T/h that has a, b and c
hooks()
{
	mkdir -p "$T/h"
	run "$CB" nsclone ${as:--m} -m nsmount tmpfs "$T/h" nsmount mkdir "$T/h/a" nsmount mkdir "$T/h/b" \
		nsmount mkdir "$T/h/c d" "$@"
	assert_status 0
	assert_err ''
}

state='sed -n "s|^\([^ ]*\) [^ ]* [^ ]* [^ ]* $0/h/\([^ ]*\) \([^ ]*\) .*- \(.*\)|\2 \3 \4|p" /proc/self/mountinfo'

testHookMounts()
{
	can_ns || return 0
	hooks nsmount "mount:tmpfs none $T/h/a ro,nosuid,nodev size=4k" sh -c "$state" "$T"
	assert_out "a ro,nosuid,nodev,relatime tmpfs none ro,size=4k*"
	hooks nsmount "mount:tmpfs what $T/h/a" sh -c "$state" "$T"
	assert_out "a rw,relatime tmpfs what rw*"
	hooks nsmount "mount:tmpfs none $T/h/a readonly" nsmount "mount:none $T/h/a $T/h/b bind" sh -c "$state" "$T"
	assert_out "a ro,relatime tmpfs none ro*
b ro,relatime tmpfs none ro*"
	for ro in ro rdonly readonly; do # uWSGI's bind,ro stays writable
		hooks nsmount "mount:none $T/h/a $T/h/b bind,$ro" sh -c 'touch "$0/h/b/x" 2>/dev/null; echo $?; touch "$0/h/a/x"; echo $?' "$T"
		assert_out "1
0"
	done
	hooks nsmount "mount:tmpfs none $T/h/a" nsmount "mount:none $T/h $T/h/b bind,rec" sh -c "$state" "$T"
	assertEquals "a b b/a" "$(sed 's/ .*//' "$T/out" | xargs)"
	hooks nsmount "mount:tmpfs none $T/h/a" nsmount "mount:none $T/h $T/h/b bind" sh -c "$state" "$T"
	assertEquals "a b" "$(sed 's/ .*//' "$T/out" | xargs)"
	hooks nsmount "mount:tmpfs none $T/h/a" nsmount "mount:none $T/h/a $T/h/b move" sh -c "$state" "$T"
	assertEquals b "$(sed 's/ .*//' "$T/out" | xargs)"
	hooks nsmount "mount:tmpfs none $T/h/a" nsmount "mount:tmpfs none $T/h/a remount,ro,nosuid" sh -c "$state" "$T"
	assert_out "a ro,nosuid,relatime tmpfs none ro*"
	hooks nsmount "mount:tmpfs none $T/h/c\\040d nodev" sh -c "$state" "$T"
	assert_out "c\\\\040d rw,nodev,relatime tmpfs none *"
}

testHookPropagation()
{
	can_ns || return 0
	hooks nsmount "mount:tmpfs none $T/h/a shared" sh -c 'grep -c " $0/h/a .* shared:" /proc/self/mountinfo' "$T"
	assert_out 1
	hooks nsmount "mount:none none $T/h shared" nsmount "mount:none none $T/h private,rec" \
		sh -c 'grep -c " $0/h .* shared:" /proc/self/mountinfo; :' "$T"
	assert_out 0
}

testHookUmounts()
{
	can_ns || return 0
	for flags in rec recursive,detach detach rec,force; do
		hooks nsmount "mount:tmpfs none $T/h/a" nsmount mkdir "$T/h/a/x" nsmount "mount:tmpfs none $T/h/a/x" \
			nsmount mkdir "$T/h/a/c d" nsmount "mount:tmpfs none $T/h/a/c\\040d" \
			nsmount "umount:$T/h/a $flags" sh -c "$state" "$T"
		assert_out ''
	done
	hooks nsmount "mount:tmpfs none $T/h/a" nsmount "mount:tmpfs none $T/h/b" nsmount "umount:$T/h/a" sh -c "$state" "$T"
	assertEquals b "$(sed 's/ .*//' "$T/out" | xargs)"
	refused "nsmount: 'umount:$T/h/a': Resource busy ('$T/h/a/x' is mounted below it)" nsclone ${as:--m} -m nsmount tmpfs "$T/h" nsmount mkdir "$T/h/a" \
		nsmount tmpfs "$T/h/a" nsmount mkdir "$T/h/a/x" nsmount tmpfs "$T/h/a/x" nsmount "umount:$T/h/a" true
}

testBadHooks()
{
	can_ns || return 0
	mkdir -p "$T/h"
	usage="usage: mount:TYPE WHAT WHERE [[]FLAG,...[]] [[]DATA[]]"
	while IFS='|' read -r word why; do
		refused "nsmount: '$word': $why" nsclone ${as:--m} -m nsmount "$word" true
		refused "nsmount: '$word': $why" -n nsmount "$word" true
	done <<-END
	mount:|$usage
	mount:tmpfs|$usage
	mount:tmpfs none|$usage
	mount:none  /x|$usage
	umount:|usage: umount:WHERE [[]FLAG,FLAG...[]]
	mount:tmpfs none $T/h bogus|unknown flag 'bogus'
	mount:tmpfs none $T/h ro,bogus|unknown flag 'bogus'
	mount:proc none $T/h nodev,safe|unknown flag 'safe'
	mount:proc none $T/h nodev safe|'safe' is a word of 'nsmount proc' only
	mount:tmpfs none $T/h ro size=4k more|'more' is one word too many
	umount:$T/h rec detach|'detach' is one word too many
	umount:$T/h nodev|unknown flag 'nodev'
	umount:$T/h rec,expire|unknown flag 'expire'
	mount:none none $T/h|*
	mount:none none $T/h ro|*
	END
	while IFS='|' read -r word why; do
		refused "nsmount: '$word': $why" nsclone ${as:--m} -m nsmount "$word" true
	done <<-END
	umount:$T/h|Invalid argument ('$T/h' is not a mount point)
	umount:$T/h rec|Invalid argument ('$T/h' is not a mount point)
	umount:$T/no|No such file or directory ('$T/no' does not exist)
	mount:nofs none $T/h|No such device (this kernel has no file system 'nofs')
	mount:none $T/no $T/h bind|No such file or directory ('$T/no' does not exist)
	mount:none $T/h $T/no bind|No such file or directory ('$T/no' does not exist; add: nsmount mkdir $T/no)
	mount:tmpfs none $T/h ro bogus=1|Invalid argument*
	END
	refused "nsmount: 'umount:/x' takes neither -o nor -R" -n nsmount -R / umount:/x true
	refused "nsmount: 'mount:tmpfs none /x' takes neither -o nor -R" -n nsmount -o ro 'mount:tmpfs none /x' true
	refused "nsmount: 'mounts:/x' is no verb *" -n nsmount mounts:/x true
	refused "nsmount: 'mount:tmpfs none /$(printf %09000d 0)': too long" -n nsmount "mount:tmpfs none /$(printf %09000d 0)" true
}

. shunit2
