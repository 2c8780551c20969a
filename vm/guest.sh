#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest.sh - what the VM test checks, on the guest; as root, on a machine of
# its own, which is thrown away afterwards.
#
#	guest.sh platform|lapse ...
#
#	  client                   gw                      server
#	192.168.77.20 ---- lan0        wan0 203.0.113.1 ---- 203.0.113.2
#
# The server has no route but its own subnet: it can answer only a packet whose
# source was rewritten.  lapsed gives lan0 its address.

set -euo pipefail

inside=192.168.77.20
router=192.168.77.1
outside=203.0.113.1
server=203.0.113.2
port=7007
log=/run/lapsed.log
daemon=

# fail() - show what is known, and end the test
fail()
{
	set +e
	echo "not ok - $*"
	[ ! -e "$log" ] || { echo "# lapsed:"; tail -n 40 "$log"; }
	for ns in client gw server; do
		ip netns exec "$ns" ip -br addr 2>/dev/null | sed "s/^/# $ns /"
	done
	echo "# rules in gw:"
	rules
	echo "# kernel:"
	dmesg | tail -n 15
	exit 1
}

# check() - run a command that must succeed
# @what: the sentence that is true when it does
check()
{
	local what=$1 out
	shift

	out=$("$@" 2>&1) || fail "$what: $* said: $out"
	echo "ok $what"
}

# until_true() - try a command, ten times a second, up to @tries times
until_true()
{
	local tries=$1
	shift

	while ! "$@" >/dev/null 2>&1; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}

# in_ns() - run a command in a namespace
in_ns()
{
	ip netns exec "$@"
}

# fails() - succeed if the command does not
fails()
{
	! "$@"
}

# rules() - print the packet filter's rules in gw, of whichever back end
#
# legacy's save is silent about tables that no one has asked for yet.
rules()
{
	in_ns gw nft list ruleset
	in_ns gw iptables-legacy-save
}

# any_rule() - succeed if there is a rule in gw; empty tables do not count
#
# iptables-nft leaves the tables and base chains that it once needed.
any_rule()
{
	local space='[[:space:]]*'

	rules | grep -Ev "^(table|$space(chain|type)|$space\}|[:*#]|COMMIT|\$)"
}

# has() - succeed if a command's output has a line that matches
# @pattern: extended regular expression, case does not matter
has()
{
	local pattern=$1 out
	shift

	out=$("$@" 2>&1)
	grep -Eiq -e "$pattern" <<<"$out" || { echo "$out"; return 1; }
}

# ping_from() - one echo request and its reply
ping_from()
{
	in_ns "$1" ping -n -c 1 -W "${3-2}" "$2"
}

# topology() - make the three hosts
topology()
{
	for ns in client gw server; do
		ip netns add "$ns"
		ip -n "$ns" link set lo up
	done
	ip link add c0 netns client type veth peer name lan0 netns gw
	ip link add s0 netns server type veth peer name wan0 netns gw
	ip -n client addr add "$inside/24" dev c0
	ip -n gw addr add "$outside/24" dev wan0
	ip -n server addr add "$server/24" dev s0
	for link in client:c0 gw:lan0 gw:wan0 server:s0; do
		ip -n "${link%:*}" link set "${link#*:}" up
	done
	ip -n client route add default via "$router"
}

# platform() - check that this kernel has what lapse's rules and tests need
platform()
{
	check "gw and server see each other" ping_from gw "$server"

	in_ns gw nft -f - <<-RULES || fail "nft takes a queue rule"
	table ip probe {
		chain in {
			type filter hook prerouting priority mangle
			iifname "wan0" queue num 7
		}
	}
	RULES
	check "nft list ruleset shows the queue expression" \
		has 'queue (num|to) 7' in_ns gw nft list ruleset
	check "a queue that no one reads lets nothing pass" \
		fails ping_from gw "$server" 0.5
	in_ns gw nft flush ruleset
	check "and without the rule all passes again" ping_from gw "$server"

	for tool in iptables-nft iptables-legacy; do
		in_ns gw "$tool" -t mangle -A PREROUTING -i wan0 -j NFQUEUE \
			--queue-num 7 || fail "$tool takes an NFQUEUE rule"
		check "$tool's NFQUEUE takes the packets too" \
			fails ping_from gw "$server" 0.5
		in_ns gw "$tool" -t mangle -F
		check "and gives them back" ping_from gw "$server"
	done
	in_ns gw nft flush ruleset

	in_ns gw tc qdisc add dev wan0 root netem loss 100% ||
		fail "netem exists"
	check "netem loses what it is told to" fails ping_from gw "$server" 0.5
	in_ns gw tc qdisc del dev wan0 root
	check "and no more" ping_from gw "$server"
	check "no rule is left" fails any_rule
}

# settings() - the file for lapsed
settings()
{
	mkdir -p /etc
	cat >/etc/lapse.yaml <<-YAML
	profile: rfc-compliant
	lan:
	  - {interface: lan0, address: $router/24}
	wan: {interface: wan0, pool: [interface]}
	control: {socket: /run/lapse/control.sock, group: root}
	seed: 1
	YAML
}

# sysctls() - print the settings of gw that lapsed may change
sysctls()
{
	in_ns gw bash -c 'cd /proc/sys/net/ipv4 && grep -H . ip_forward \
		ip_local_port_range conf/*/{forwarding,send_redirects} \
		conf/*/{proxy_arp,rp_filter,arp_ignore,route_localnet}'
}

# is_up() - succeed once lapsed says that queues and rules are in place
is_up()
{
	lapse --socket /run/lapse/control.sock status
}

# start_lapsed() - run it in gw and wait until it is up, or is no more
start_lapsed()
{
	local tries=600

	# Not by in_ns(): the pid would be that of a shell around it.
	ip netns exec gw lapsed -c /etc/lapse.yaml >"$log" 2>&1 &
	daemon=$!
	until is_up >/dev/null 2>&1; do
		kill -0 "$daemon" 2>/dev/null || fail "lapsed ended at start"
		[ $((tries -= 1)) -gt 0 ] || fail "lapsed is not up"
		sleep 0.1
	done
}

# traffic() - each protocol through the NAT, and whom the server sees
traffic()
{
	check "$1: TCP, both ways, under the external address" \
		has "^$outside\$" \
		in_ns client /vm/peer.py tcp "$server" "$port" 2000000
	check "$1: UDP, both ways, under the external address" \
		has "^$outside\$" \
		in_ns client /vm/peer.py udp "$server" "$port" 20
	check "$1: ping" ping_from client "$server" 5
	check "$1: lapse lists the client's sessions" \
		has "$inside:" lapse sessions
}

# with_backend() - start, use, stop: with the rules of one back end
# @name: for the messages
# @said: what the log says of it, a pattern
# @rule: what the rules then have, a pattern; then the command that lists them
with_backend()
{
	local name=$1 said=$2 rule=$3 before after rc=0
	shift 3

	before=$(sysctls; ip -n gw -4 -br addr)
	start_lapsed
	check "$name: lapsed is up" is_up
	check "$name: the log names it" has "$said" cat "$log"
	check "$name: the queue is in its rules" has "$rule" in_ns gw "$@"
	traffic "$name"

	kill -TERM "$daemon"
	wait "$daemon" || rc=$?
	daemon=
	check "$name: a clean stop exits 0" test "$rc" -eq 0
	check "$name: a clean stop leaves no rule" fails any_rule
	after=$(sysctls; ip -n gw -4 -br addr)
	check "$name: and the host as it was" \
		diff <(echo "$before") <(echo "$after")
}

# nft_takes_queue() - succeed if nft can install a queue rule; none is left
nft_takes_queue()
{
	in_ns gw nft -c 'add table ip probe;
		add chain ip probe in { type filter hook input priority 0; };
		add rule ip probe in queue num 7'
}

# without_nft_queue() - make this a kernel that lacks nft's queue expression
#
# Whatever lapsed does to find out, it is refused as it would be there.
without_nft_queue()
{
	check "nft has its queue expression" nft_takes_queue
	modprobe -r nft_queue
	rm "/lib/modules/$(uname -r)/kernel/net/netfilter/nft_queue.ko"
	check "nft's queue expression is gone" fails nft_takes_queue
}

# iptables_is() - let the command's plain name be that of one variant
iptables_is()
{
	local name

	for name in iptables iptables-save iptables-restore; do
		ln -sf "/usr/sbin/iptables-$1${name#iptables}" \
			"/usr/sbin/$name"
	done
}

# lapse_part() - lapsed with each back end
lapse_part()
{
	settings
	check "lapsed takes the settings" lapsed -c /etc/lapse.yaml --check
	in_ns server /vm/peer.py serve "$port" >/run/server.log 2>&1 &
	until_true 300 grep -q ready /run/server.log ||
		fail "the server is ready"

	iptables_is nft
	with_backend nft 'rules by nft$' \
		'queue (flags [a-z,]+ )?(num|to) ' nft list ruleset
	without_nft_queue
	# nft shows these rules as if they were its own.
	with_backend iptables-nft 'rules by iptables' \
		'-j NFQUEUE' iptables-nft-save
	iptables_is legacy
	with_backend iptables-legacy 'rules by iptables' \
		'-j NFQUEUE' iptables-legacy-save
}

mkdir -p /run/netns
echo "# $(uname -sr)"
topology
for part in "$@"; do
	case $part in
	platform)	platform ;;
	lapse)		lapse_part ;;
	*)		fail "no part $part" ;;
	esac
done
