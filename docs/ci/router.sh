#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# router - starts lapsed in a container with two networks
#
# usage: router.sh [PROFILE]
#
# Which network is eth0 is the engine's choice, so the interfaces are found by
# their addresses and given the names that the settings have.

set -eu

# call NAME PREFIX - give the interface with an address in PREFIX this name
call()
{
	dev=$(ip -o -4 address show to "$2" | awk 'NR == 1 { print $2 }')
	if [ -z "$dev" ]; then
		echo "router.sh: no interface has an address in $2" >&2
		exit 1
	fi
	if [ "$dev" != "$1" ]; then
		ip link set dev "$dev" down
		ip link set dev "$dev" name "$1"
		ip link set dev "$1" up
	fi
}

call lan 192.168.77.0/24
call wan 198.51.100.0/24
mkdir -p /run/lapse
sed "s/^profile: .*/profile: ${1:-cn-mobile-2g3g-2013}/" \
	"${LAPSE_YAML:-/etc/lapse/lapse.yaml}" > /run/lapse/router.yaml
exec lapsed -c /run/lapse/router.yaml
