#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# pivotroot: the tree becomes the root and nothing is left of the old one;
# pivot_root: the bare call.
#
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)
export T R="$T/root"

# Where it lies in its file system: what mountinfo shows of a bind of it.
R_IN_FS=$(awk -v path="$R" '
	{ point = $5 == "/" ? "" : $5 }
	index(path, point "/") == 1 && length(point) >= most {
		most = length(point)
		found = ($4 == "/" ? "" : $4) substr(path, most + 1)
	}
	END { print found }' /proc/self/mountinfo)

setUp()
{
	rm -rf "$R"
	make_root "$R"
	mkdir "$R/old"
	cp "$HELPER/mountid" "$HELPER/ownroot" "$R/bin/"
	echo here >"$R/etc/name"
}

# "/" has no parent: before Linux 7.0 it is the initramfs.
is_initramfs()
{
	awk '$5 == "/" { exit $1 != $2 }' /proc/self/mountinfo
}

# A program for after the pivot: only the jail's own mounts are in mountinfo,
# nothing lies above its "/", by any path.
look='cat /etc/name
	sed "s/^[0-9]* [0-9]* [^ ]* \([^ ]* [^ ]*\) .*/\1/" /proc/self/mountinfo
	mountid / /.. | sed "s/.* //" | uniq | wc -l
	cd / && cd .. && cd ../.. && pwd && cat etc/name; mountid / . | sed "s/.* //" | uniq | wc -l'
looks()
{
	assert_status 0
	assert_err ''
	assert_out "here
$R_IN_FS /
/ /proc
1
/
here
1"
}

testTreeBecomesTheRoot()
{
	can_ns -Ur || return 0
	quiet_host "$CB" nsclone $as -mp nsmount rbind "$R" "$R" nsmount -R "$R" proc /proc \
		pivotroot "$R" sh -c "$look"
	looks
}

# NEW is no mount point: it is bound on itself, and what is below comes along.
testCuresNoMountPoint()
{
	can_ns -Ur || return 0
	run "$CB" nsclone $as -mp nsmount -R "$R" proc /proc pivotroot "$R" sh -c "$look"
	looks
	run "$CB" unshare $as -mpf nsmount -R "$R" proc /proc pivotroot "$R" sh -c "$look"
	looks
}

# It is the caller's word, also where it is bound on itself first.
testNewRootByARelativePath()
{
	can_ns -Ur || return 0
	ln -sf root "$T/link"
	for words in "$R ." "$T root" "$R/etc .." "$T ./root/" "$T link" "/ $T/link"; do
		cd "${words% *}" || return
		run "$CB" nsclone $as -mp nsmount -R "$R" proc /proc \
			pivotroot "${words#* }" sh -c "$look"
		looks
	done
	cd "$T" || return
}

# pivot_root(2) refuses a parent that propagates.
testCuresASharedParent()
{
	can_ns -Ur || return 0
	run ul_unshare $as -mpf --propagation shared sh -c '
		mount --bind $R $R && mount -t proc none $R/proc &&
		exec $CB pivotroot $R sh -c "$0"' "$look"
	looks
}

# Mounts stacked on "/" before: one umount would leave the rest above us.
testCuresAStackedRoot()
{
	can_ns -Ur || return 0
	for stack in 1 2 3; do
		run ul_unshare $as -mpf sh -c '
			for i in $(seq '$stack'); do mount --rbind / /; done
			exec $CB nsmount -R $R proc /proc pivotroot $R sh -c "$0"' "$look"
		looks
		# The same with the process standing in the topmost.
		run ul_unshare $as -mpf sh -c '
			for i in $(seq '$stack'); do mount --rbind / / && cd /..; done
			exec $CB nsmount -R $R proc /proc pivotroot $R sh -c "$0"' "$look"
		looks
	done
	# The new root twice, and with a tmpfs on the old.
	run "$CB" nsclone $as -mp nsmount rbind "$R" "$R" nsmount rbind "$R" "$R" \
		nsmount rbind "$R" "$R" nsmount -R "$R" proc /proc pivotroot "$R" \
		sh -c "$look"
	looks
}

testTwice()
{
	can_ns -Ur || return 0
	make_root "$R/inner"
	echo inner >"$R/inner/etc/name"
	run "$CB" nsclone $as -mp nsmount -R "$R/inner" proc /proc pivotroot "$R" \
		pivotroot /inner sh -c 'cat /etc/name && cut -d " " -f 4,5 /proc/self/mountinfo'
	assert_status 0
	assert_out "inner
$R_IN_FS/inner /
/ /proc"
}

# The caller's directory, if it is one of the new root, by its path; else "/".
testWorkingDirectory()
{
	can_ns -Ur || return 0
	mkdir -p "$T/rootless"
	for words in "$R/etc:/etc" "$R:/" "$T:/" "$T/rootless:/" "/:/" "$R/old:/old"; do
		cd "${words%:*}" || return
		run "$CB" nsclone -rm pivotroot "$R" /bin/busybox pwd
		assert_status 0
		assert_out "${words#*:}"
		run "$CB" nsclone -rm pivotroot --put-old "$R/etc/was" "$R" /bin/busybox pwd
		assert_status 0
		assert_out "${words#*:}"
		run "$CB" nsclone -rm nsmount rbind "$R" "$R" pivotroot "$R" /bin/busybox pwd
		assert_out "${words#*:}"
	done
	# Gone meanwhile, or covered by what has no such directory
	mkdir "$R/short"
	cd "$R/short" || return
	rmdir "$R/short"
	run "$CB" nsclone -rm pivotroot "$R" /bin/busybox pwd
	assert_out /
	mkdir "$R/short"
	cd "$R/short" || return
	make_root "$T/other"
	run "$CB" nsclone -rm nsmount rbind "$T/other" "$R" pivotroot "$R" /bin/busybox pwd
	assert_out /
	assert_err ''
	cd "$T" || return
}

# Nor is there a way back by what stood there: the old directory is not kept open.
testNoDescriptorLeads()
{
	can_ns -Ur || return 0
	run "$CB" nsclone $as -mp nsmount -R "$R" proc /proc pivotroot "$R" sh -c '
		for fd in /proc/1/fd/*; do
			[ ! -d $fd ] || echo "$fd: a directory"
		done
		readlink /proc/self/cwd; readlink /proc/self/root'
	assert_status 0
	assert_out "/
/"
}

# The root of the namespace is NEW: setns(2) to oneself lands there, and new user
# namespaces can be made.
testNamespaceRoot()
{
	can_ns -Ur || return 0
	for words in "pivotroot $R" "nsmount rbind $R $R pivotroot $R" \
		"pivotroot --put-old $R/old $R" "nsmount rbind / / pivotroot $R" \
		"pivotroot $T pivotroot /root"; do
		run "$CB" nsclone -rm $words sh -c '
			ownroot /etc/name && unshare -U echo new'
		assert_status 0
		assert_out "here
new"
	done
}

# The process stands below a tmpfs that covers "/": so does NEW.
testBelowACover()
{
	can_ns -Ur || return 0
	run ul_unshare $as -mpf sh -c '
		mount -t tmpfs none / && exec $CB pivotroot $R sh -c "
			cat /etc/name && ownroot /etc/name && cd .. && ls -d etc tmp"'
	assert_err ''
	assert_out "here
here
etc
tmp"
}

# put_old is made, and is gone again if the step fails.
testPutOldIsMade()
{
	can_ns -Ur || return 0
	run "$CB" nsclone -rm pivotroot --put-old "$R/made" "$R" cat "/made$R/etc/name"
	assert_status 0
	assert_out here
	assertTrue "it stays" "[ -d $R/made ]"
	run "$CB" nsclone -rm pivotroot "$R" pivotroot --put-old /fails / true
	assert_status 125
	assert_err "pivotroot: pivot_root '/' '/fails': * ('/' is the root already)"
	assertFalse "it is gone" "[ -e $R/fails ]"
	: >"$R/file"
	run "$CB" nsclone -rm pivotroot --put-old "$R/file" "$R" true
	assert_status 125
	assert_err "pivotroot: pivot_root '$R' '$R/file': Not a directory ('$R/file' is not a directory)"
	run "$CB" nsclone -rm pivotroot --put-old "$R/no/where" "$R" true
	assert_status 125
	assert_err "pivotroot: make '$R/no/where': No such file or directory"
	# NEW itself, and by a symlink
	ln -s etc "$R/link"
	run "$CB" nsclone -rm pivotroot --put-old "$R/link" "$R" cat "/etc$R/etc/name"
	assert_status 0
	assert_out here
	for words in "$R $R" "$T $R" "$R/old/.. $R" "/ $R/etc"; do
		run "$CB" nsclone -rm pivotroot --put-old $words true
		assert_status 125
		assert_err "pivotroot: pivot_root '${words#* }' '${words% *}': '${words% *}' does not lie below '${words#* }'"
	done
}

testStrict()
{
	can_ns -Ur || return 0
	run "$CB" -n pivotroot --strict --put-old /old / sh
	assert_status 125
	assert_err "pivotroot: --strict drops the old root, --put-old keeps it"
	is_initramfs && return 0 # boot_test has it
	run "$CB" nsclone -rm pivotroot --strict "$R" cat /etc/name
	assert_status 0
	assert_out here
	assert_err ''
}

testPutOld()
{
	can_ns -Ur || return 0
	quiet_host "$CB" nsclone -rm pivotroot --put-old "$R/old" "$R" sh -c '
		pwd; cat /etc/name /old'"$R"'/etc/name
		mountid / /.. | sed "s/.* //" | uniq | wc -l
		umount -l /old && ls /old'
	assert_status 0
	assert_out "/
here
here
1"
}

# Without nsclone -m or unshare -m before, it makes a mount namespace of its own:
# never does it take the root from the others. traced WORDS: the calls that tell.
traced()
{
	run strace -f -qq -e trace=unshare,clone,clone3,fork,vfork -o "$T/trace" \
		"$CB" "$@" /bin/true
	assert_status 0
	sed -n 's/.*unshare(\([A-Z_|][A-Z_|]*\).*/\1/p' "$T/trace" | tr '\n' ' '
}

testMakesANamespaceOfItsOwn()
{
	can_ns -Ur || return 0
	if is_root; then
		quiet_host "$CB" pivotroot "$R" cat /etc/name
		assert_status 0
		assert_out here
		assertEquals "/" "CLONE_NEWNS " "$(traced pivotroot "$R")"
	fi
	assertEquals "made by us" "" "$(traced nsclone -rm pivotroot "$R")"
	assertEquals "made by us" "CLONE_NEWNS|CLONE_NEWUSER " \
		"$(traced unshare -rm pivotroot "$R")"
	assertEquals "the parent stays in it" "CLONE_NEWNS " \
		"$(traced nsclone -rm nsclone pivotroot "$R")"
	assertEquals "the parent stays in it" "CLONE_NEWNS|CLONE_NEWUSER CLONE_NEWNS " \
		"$(traced unshare -rm unshare -f pivotroot "$R")"
	assertEquals "not of the new user namespace" "CLONE_NEWNS " \
		"$(traced nsclone -rm nsclone -r pivotroot "$R")"
	assertEquals "made by itself" "CLONE_NEWUSER CLONE_NEWNS " \
		"$(traced unshare -r pivotroot "$R")"
}

# "/" has a parent.
bare_call_works()
{
	! is_initramfs || skip "the initramfs cannot be moved before Linux 7.0"
}

# --- pivot_root ----------------------------------------------------------------

# In a namespace that others share it moves their root, too: the shell's.
testBareCallMovesTheOthers()
{
	can_ns -Ur || return 0
	bare_call_works || return 0
	run ul_unshare $as -m /bin/sh -c '
		mount --bind $R $R && cd $R && $CB pivot_root . old && echo "status $?"
		read -r name </etc/name && echo $name
		exec /bin/busybox chroot . /bin/sh -c "cat /etc/name; cat /old$R/etc/name"'
	assert_err ''
	assert_out "status 0
here
here
here"
	run ul_unshare $as -m /bin/sh -c '
		cd $R && $CB nsmount rbind . . pivot_root '$R' '$R'/old && cat /etc/name'
	assert_out here
}

# The program runs in the new root; its directory is what it was.
testBareCallInASentence()
{
	can_ns -Ur || return 0
	bare_call_works || return 0
	quiet_host "$CB" unshare -rm nsmount rbind "$R" "$R" pivot_root "$R" "$R/old" \
		sh -c "cat /etc/name /old$R/etc/name && pwd"
	assert_status 0
	assert_out "here
here
/old$T"
	run ul_unshare -rm sh -c 'mount --bind $R $R && pivot_root $R $R/old && cat /etc/name'
	assert_out here # as util-linux's
}

# It cures nothing.
testBareCallCuresNothing()
{
	can_ns -Ur || return 0
	run "$CB" unshare -rm pivot_root "$R" "$R/old" true
	assert_status 125
	assert_err "pivot_root: pivot_root '$R' '$R/old': * ('$R' is not a mount point; add: nsmount rbind $R $R)"
}

# "/" is a chroot's and no mount point: new mounts and a new root all the same.
testInAChroot()
{
	can_ns -Ur || return 0
	make_root "$T/box"
	make_root "$T/box/new"
	cp "$CB" "$T/box/bin/cellbox"
	enter=$(is_root || echo "/usr/bin/unshare -r")
	run $enter chroot "$T/box" /bin/cellbox unshare -m nsmount tmpfs /tmp \
		sh -c 'echo >/tmp/made; ls /tmp'
	assert_status 0
	assert_out made
	run $enter chroot "$T/box" /bin/cellbox nsclone -mp \
		nsmount -R /new proc /proc pivotroot /new \
		sh -c 'cut -d" " -f5 /proc/self/mountinfo; cd ..; ls -d box new 2>&1'
	assert_out "/*/proc*ls: box: No such file or directory*ls: new: No such file or directory"
	assert_err ''
	assertEquals "outside" "" "$(ls "$T/box/tmp")"
}

# A chroot whose "/" is a mount point: the kernel would exchange that one, and
# setns(2) would still lead to the host.
testInAChrootOnAMount()
{
	can_ns -Ur || return 0
	make_root "$T/box"
	make_root "$T/box/new"
	cp "$CB" "$T/box/bin/cellbox"
	cp "$HELPER/ownroot" "$T/box/new/bin/"
	cp "$HELPER/ownroot" "$T/box/bin/"
	echo new >"$T/box/new/etc/name"
	echo box >"$T/box/etc/name"
	export NEW
	for words in "/new:new" "--put-old /new/old /new:new" "/:box" "--put-old /old /:box"; do
		NEW=${words%:*}
		run ul_unshare $as -m sh -c '
			mount --bind $T/box $T/box &&
			exec chroot $T/box /bin/cellbox pivotroot $NEW sh -c "
				cat /etc/name; ownroot /etc/name; cd ..; ls -d box new"'
		name=${words#*:}
		assert_out "$name
$name$([ $name = box ] && echo "
new")"
	done
}

. shunit2
