#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# smoke.sh - lapse on Debian's own kernel, under QEMU: translates with rules of
# each back end (nft's queue expression, iptables-nft, iptables-legacy) and
# leaves nothing behind.  What is checked is in guest.sh.
#
#	vm/smoke.sh [--platform]
#
# --platform checks only that the kernel has what lapse wants; it needs no
# build.  LAPSE_BUILD in the environment names another folder than build.  Exit
# code: 0 passed; 1 failed, the guest's log is in build/vm/log; 77 this machine
# lacks something, which is named.

set -euo pipefail
# shellcheck source=vm/vm.sh
. "$(dirname "$0")/vm.sh"
trap vm_clean EXIT
trap 'exit 130' INT TERM

build=${LAPSE_BUILD:-$VM_TOP/build}
items=(pkg:python3-minimal pkg:python3.11-minimal pkg:libpython3.11-minimal
	pkg:libpython3.11-stdlib "$VM_TOP/vm/peer.py:/vm/peer.py")

case ${1-} in
--platform)
	VM_ARGS=(platform)
	;;
'')
	VM_ARGS=(platform lapse)
	for program in lapsed lapse; do
		[ -x "$build/$program" ] || {
			echo "vm: $build/$program is missing: run make" >&2
			exit 1
		}
		items+=("$build/$program:/usr/bin/$program")
	done
	# Where lapsed looks whatever PREFIX it was built with.
	items+=("$VM_TOP/conf/profiles:/etc/lapse/profiles")
	;;
*)
	echo "usage: vm/smoke.sh [--platform]" >&2
	exit 2
	;;
esac

rc=0
vm_run "$VM_TOP/vm/guest.sh" "${items[@]}" || rc=$?
case $rc in
0)
	tr -d '\r' <"$VM_LOG" | grep '^ok '
	echo "vm: $(grep -c '^ok ' "$VM_LOG") passed, 0 failed"
	;;
77)
	exit 77
	;;
*)
	tail -n 60 "$VM_LOG" >&2
	echo "vm: failed ($rc); the guest's log is $VM_LOG" >&2
	exit 1
	;;
esac
