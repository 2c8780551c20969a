#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dhcp_script - does what dhclient or udhcpc decides, and notes it in $SAID
#
# dhclient tells by $reason and new_... in the environment, udhcpc by $1.

set -u

if [ $# -gt 0 ]; then
	reason=$1
	address=${ip:-} bits=${mask:-} route=${router:-} names=${dns:-}
	seconds=${lease:-} link=${interface:-eth0}
else
	address=${new_ip_address:-} bits=${new_subnet_mask:-}
	route=${new_routers:-} names=${new_domain_name_servers:-}
	seconds=${new_dhcp_lease_time:-} link=${interface:-eth0}
fi

case $reason in
BOUND | RENEW | REBIND | REBOOT | bound | renew)
	ip -4 address show dev "$link" | grep -q "inet $address/" || {
		ip -4 address flush dev "$link"
		ip address add "$address/$bits" dev "$link"
	}
	for one in $route; do
		ip route replace default via "$one" dev "$link"
		break
	done
	for one in $names; do
		echo "nameserver $one"
	done > /etc/resolv.conf
	;;
PREINIT)
	ip link set "$link" up
	;;
EXPIRE | FAIL | RELEASE | STOP | deconfig)
	ip -4 address flush dev "$link"
	ip link set "$link" up
	;;
esac

echo "reason=$reason address=$address lease=$seconds" \
	"router=$(echo "$route" | tr ' ' ,)" >> "$SAID"
