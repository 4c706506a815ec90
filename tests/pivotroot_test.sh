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
export R="$T/root"

setUp()
{
	rm -rf "$R"
	make_root "$R"
	mkdir "$R/old"
	cp "$HELPER/mountid" "$R/bin/"
	echo here >"$R/etc/name"
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
$R /
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
	for words in "$R ." "$T root" "$R/etc .." "$T ./root/"; do
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
$R/inner /
/ /proc"
}

# It stands in "/", wherever the caller stood, and with no way back by it.
testWorkingDirectory()
{
	can_ns -Ur || return 0
	cd "$R/etc" || return
	for words in "$R" "--put-old $R/old $R"; do
		run "$CB" nsclone -rm pivotroot $words /bin/busybox pwd
		assert_status 0
		assert_out /
	done
	cd "$T" || return
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

# --- pivot_root ----------------------------------------------------------------

# In a namespace that others share it moves their root, too: the shell's.
testBareCallMovesTheOthers()
{
	can_ns -Ur || return 0
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

. shunit2
