#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# join.sh [-r] CMD... - CMD comes into a served jail by setns-join; CB, ROOT, NS
# and RUN are the harness's. The jail's own program waits.
user=''
[ "$1" != -r ] || { user=-r && shift; }
dir=$(mktemp -d -p "$RUN") || exit 125
"$CB" setns-serve "$dir/sock" nsclone $user -mpiun --hostname web \
	nsmount rbind "$ROOT" "$NS" nsmount -R "$NS" proc /proc \
	pivotroot "$NS" nsinit /escape -w &
server=$!
i=0
while [ ! -S "$dir/sock" ] && [ $i -lt 300 ]; do
	sleep 0.01
	i=$((i + 1))
done
"$CB" setns-join "$dir/sock" "$@"
status=$?
kill -9 $server
wait $server
rm -rf "$dir"
exit $status
