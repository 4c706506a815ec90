#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# textbook.sh ROOT DIR [UNSHARE-OPTION]... - the jail of the manual pages, of
# unshare(1), mount(8) and pivot_root(8). ROOT has a shell, umount and old/.
set -e
root=$1 dir=$2
shift 2
# The inner shell expands it.
# shellcheck disable=SC2016
unshare "$@" --mount --pid --ipc --uts --net --fork sh -c '
	set -e
	hostname web
	mount --rbind "$1" "$2"
	mount -t proc proc "$2/proc"
	cd "$2"
	pivot_root . old
	exec chroot . /bin/sh -c "umount -l /old && exec /payload"
' sh "$root" "$dir"
