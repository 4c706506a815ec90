#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# pair.sh - a served jail and one that joins it: a sentence of the faults.
# CB, ROOT, NS and S are the harness's. The jail's program is `payload wait`,
# which prints its facts and waits for a file that the other side makes.
sock=$S/run/sock
rm -f "$ROOT/tmp/ready" "$ROOT/tmp/done"
"$CB" setns-serve "$sock" nsclone "$@" -mpiun --hostname web \
	nsmount rbind "$ROOT" "$NS" nsmount -R "$NS" proc /proc \
	pivotroot "$NS" nsinit /payload wait /tmp &
server=$!
i=0
while [ ! -e "$ROOT/tmp/ready" ] && kill -0 $server 2> /dev/null && [ $i -lt 300 ]; do
	sleep 0.01
	i=$((i + 1))
done
if [ -e "$ROOT/tmp/ready" ]; then
	"$CB" setns-join "$sock" /payload
	joined=$?
else
	joined=7
fi
: > "$ROOT/tmp/done"
wait $server
served=$?
# A server that is killed leaves its name: nobody can take it away but who
# comes next. It must be dead, though.
[ $served != 137 ] || rm -f "$sock"
rm -f "$ROOT/tmp/ready" "$ROOT/tmp/done"
[ $served = 7 ] || exit $served
exit $joined
