#!/bin/sh
# SPDX-License-Identifier: 0BSD
#
# detach.sh - a jail whose caller does not wait: a sentence of the faults. CB,
# ROOT and S are the harness's. The facts go through --output, the status comes
# from the report.
out=$S/run/out told=$S/run/told
rm -f "$out" "$told"
supervisor=''
report=$("$CB" nsclone "$@" --detach --output "$out" --report 3 -mpu nsinit \
	"$ROOT/payload" 3> "$told")
status=$?
if [ $status = 0 ]; then
	eval "$report"
	while kill -0 "$supervisor" 2> /dev/null; do
		sleep 0.01
	done
	cat "$out"
	status=$(sed -n 's/^exit=//p' "$told")
fi
rm -f "$out" "$told"
exit "${status:-137}"
