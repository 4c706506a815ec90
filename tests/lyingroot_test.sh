#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# nsmount -R on trees that lie: whatever links they hold, and whoever exchanges
# them meanwhile, nothing is ever mounted or made outside of ROOT.
# CELLBOX_LOAD (100) is a percentage of the mounts.
#
# timeout: 240
# shellcheck disable=SC2015,SC2016,SC2046,SC2086 # words are words, $ for inner shells
# shellcheck source=tests/lib.sh
. "${LIB:-${0%/*}/lib.sh}"

as=$(is_root || echo -r)

# More than any tree is deep; and the calls of newer kernels, to be taken away
dots=$(awk 'BEGIN { for (i = 0; i < 200; i++) printf "../" }')
newer="open_tree move_mount fsopen fspick mount_setattr openat2"

setUp()
{
	rm -rf "$T/r" "$T/host"
	mkdir -p "$T/r/in/deep" "$T/r$T/host" "$T/host/d"
	echo outside >"$T/host/f"
	echo inside >"$T/r/in/f"
}

# A tree a line: what makes it in $T/r, and the target that is tried on it
trees()
{
	cat <<END
ln -s $T/host x|x
ln -s $T/host/d x|/x
ln -s $T/host/f x|x
ln -s ../host x|x
ln -s ../host x|x/d
ln -s ../../../../../../../../../../../..$T/host x|x/d
ln -s ../../../../../../../../../../../..$T/host in/x|in/x/d
ln -s .. x|x/host/d
ln -s / x|x$T/host/d
ln -s /.. x|x/..$T/host
ln -s ../.. in/deep/x|in/deep/x/../../host
ln -s /proc/self/root x|x$T/host
ln -s /proc/1/root x|x$T/host/d
ln -s /proc/self/cwd x|x/host
ln -s /proc/self/fd/0 x|x
ln -s /proc/thread-self/root$T/host x|x
ln -s y x; ln -s $T/host y|x/d
ln -s y/z x; ln -s in y; ln -s $T/host in/z|x/d
ln -s x x|x
ln -s y x; ln -s x y|x/in
ln -s x/../../.. x|x
ln -s in/../../host x|x/d
ln -s in/f/../../../host x|x
ln -s $T/r/../host x|x
ln -s //$T//host/./d/. x|x
ln -s $T/host/none x|x
ln -s ../host/none x|x
mkdir -p proc/self/fd; ln -s $T/host proc/self/fd/9; ln -s $T/host proc/self/root|/proc/self/root
mkdir -p proc/self; ln -s $T/host proc/self/fd; ln -s proc/self/fd x|x/d
mkdir dev; ln -s $T/host/f dev/null; ln -s $T/host dev/pts; ln -s dev/pts x|dev/pts
ln -s in x; mkdir -p r; ln -s ../../host r/x|../../host
printf x >x|../../../../../../../..$T/host/d
ln -s $dots$T/host x|x/d
END
}

# try WITHOUT...: all verbs on all trees, in one namespace a tree.
try()
{
	n=0
	find "$T/host" -exec stat -c '%n %i %h %s %F' {} + | sort >"$T/was"
	trees >"$T/trees"
	while IFS='|' read -r make target; do
		rm -rf "$T/r"
		mkdir -p "$T/r/in/deep" "$T/r$T/host/d"
		echo inside >"$T/r/in/f"
		(cd "$T/r" && eval "$make") || fail "$make"
		export target
		run ul_unshare $as -m "$@" sh -c '
			cut -d " " -f 5 /proc/self/mountinfo >$T/before
			m() { $CB nsmount "$@" 2>>$T/said; }
			for t in "$target" "$target/new" "$target/d"; do
				m -R $T/r tmpfs "$t"; m -R $T/r bind $T/r/in "$t"
				m -R $T/r -o ro,nosuid rbind $T/r/in/f "$t"
				m -R $T/r dev "$t"; m -R $T/r mask "$t" --
				m -R $T/r -o mkdir bind in-root:/in "$t"
				m -R $T/r -o ro remount "$t"; m -R $T/r private "$t"
				m -R $T/r move "$T/r/in" "$t"; m -R $T/r umount "$t"
				m -R $T/r mkdir "$t"; m -R $T/r file "$t/f"
				m -R $T/r symlink to "$t/l"
			done
			cut -d " " -f 5 /proc/self/mountinfo | grep -vxF -f $T/before |
				grep -v "^$T/r\(/.*\)*$"; umount -l $T/r 2>/dev/null; cat $T/host/f'
		assert_out outside
		find "$T/host" -exec stat -c '%n %i %h %s %F' {} + | sort |
			cmp -s - "$T/was" || fail "outside changed: $make, $target"
		n=$((n + 1))
	done <"$T/trees"
	assertTrue "$n trees" "[ $n -ge 30 ]"
}

testThirtyTrees()
{
	can_ns -Ur || return 0
	try
	# what is looked for can be found: without -R it is there
	ln -s "$T/host/d" "$T/r/away"
	run ul_unshare $as -m sh -c '$CB nsmount tmpfs $T/r/away; grep -c " $T/host/d " /proc/self/mountinfo'
	assert_out 1
	# and the verbs did mount something, inside
	run "$CB" unshare $as -m nsmount -R "$T/r" -o mkdir tmpfs /x/y grep -c " $T/r/" /proc/self/mountinfo
	assert_status 0
}

testThirtyTreesOnAnOldKernel()
{
	can_ns -Ur || return 0
	try "$HELPER/without" $newer --
}

# A forged /proc/self/fd or /dev of the tree is nothing to us.
testForgedProcAndDev()
{
	can_ns || return 0
	mkdir -p "$T/r/dev" "$T/r/proc/self/fd" "$T/r/proc/sys"
	for name in null zero full random urandom tty; do
		echo forged >"$T/r/dev/$name"
	done
	export T
	for without in "" "$HELPER/without $newer --"; do
		run $without "$CB" nsclone $as -mp nsmount -R "$T/r" dev /dev \
			nsmount -R "$T/r" -o safe,nosuid proc /proc nsmount -R "$T/r" mask /in/f -- \
			sh -c 'cd $T/r && stat -c %t:%T dev/null dev/tty in/f &&
				cat proc/sys/kernel/ostype && ls -A proc/acpi dev/shm 2>&1 | grep -c f$'
		if grep -q "too revealing" "$T/err"; then
			skip "this /proc is overmounted"
			return 0
		fi
		assert_status 1 # grep: none
		assert_out "1:3
5:0
1:3
Linux
0"
	done
}

# race MOUNTS WITHOUT...: a link exchanged with a directory in a tight loop
race()
{
	left=$(($1 * ${CELLBOX_LOAD:-100} / 100)) swaps=0
	shift
	rm -rf "$T/r"
	names=$(awk 'BEGIN { for (i = 0; i < 500; i++) print "y" i }')
	for dir in "$T/r/x" "$T/r$T/host" "$T/host"; do
		mkdir -p "$dir" && (cd "$dir" && mkdir $names)
	done
	ln -s "$T/host" "$T/r/z"
	awk -v t="$T/r/in" 'BEGIN { for (i = 0; i < 500; i++) {
		print (i % 5 ? "" : "-o ro,nosuid ") "bind " t " x/y" i
	} }' >"$T/plan"
	mkdir -p "$T/r/in"
	while [ $left -gt 0 ]; do
		left=$((left - 500))
		run "$HELPER/swap" "$T/r/x" "$T/r/z" "$@" "$CB" unshare $as -m \
			nsmount -R "$T/r" -F "$T/plan" sh -c 'cut -d " " -f 5 /proc/self/mountinfo |
				grep -c "^$T/r/x/\|^$T/r/z/\|^$T/r$T/host/"
				grep -c " $T/host/" /proc/self/mountinfo'
		assert_out "500
0" || :
		[ $rc = 1 ] || assert_status 1
		swaps=$((swaps + $(sed -n 's/ swaps$//p' "$T/err")))
	done
	assertTrue "swaps: $swaps" "[ $swaps -gt 100 ]"
}

testExchangedWhileMounting()
{
	can_ns -Ur || return 0
	race 10000
}

testExchangedOnAnOldKernel()
{
	can_ns -Ur || return 0
	race 2000 "$HELPER/without" openat2 --
}

. shunit2
