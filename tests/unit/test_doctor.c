// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_doctor - what the doctor makes of facts; the trials are in tests/e2e
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <linux/capability.h>
#include <string.h>
#include "cli/doctor.h"

/** well() - facts of a machine that has all */
static struct doctor_facts well(void)
{
	struct doctor_facts facts = {
		.root = true,
		.caps = UINT64_MAX,
		.max_user_namespaces = 10000,
		.unprivileged_userns_clone = DOCTOR_NO_SYSCTL,
		.apparmor_restricts = DOCTOR_NO_SYSCTL,
		.bridge_calls_iptables = DOCTOR_NO_SYSCTL,
		.rmem_max = 212992,
		.ip_forward = 0,
		.ipv6_forwarding = 0,
		.sysctl_writable = true,
		.open_files = 1024,
		.forward_known = true,
		.dhcp_client = "udhcpc",
		.user_network = "pasta",
		.ip = true,
		.tcpdump = true,
	};

	for (enum doctor_trial i = 0; i < TRIALS; i++) {
		facts.as_root.trial[i].tried = true;
		facts.as_root.trial[i].works = true;
	}
	facts.as_user = facts.as_root;
	return facts;
}

/** find() - the check of this name */
static const struct doctor_check *find(const char *name)
{
	const struct doctor_check *check;

	for (size_t i = 0; (check = doctor_check_at(i)); i++)
		if (strcmp(check->name, name) == 0)
			return check;
	fail_msg("no check %s", name);
	return NULL;
}

/** expect() - what a check says of facts, for one use */
static void expect(const struct doctor_facts *facts, const char *name,
		   enum doctor_use use, enum doctor_state state,
		   const char *remedy)
{
	struct doctor_finding finding;

	doctor_judge(find(name), facts, use, &finding);
	assert_string_equal(doctor_state_name(finding.state),
			    doctor_state_name(state));
	if (remedy)
		assert_string_equal(finding.remedy, remedy);
	else if (state < DOCTOR_LIMITED)
		assert_null(finding.remedy);
}

/** fails() - let trials of both realms fail */
static void fails(struct doctor_facts *facts, enum doctor_trial trial,
		  const char *why)
{
	struct doctor_tried failed = {.tried = true};

	snprintf(failed.why, sizeof(failed.why), "%s", why);
	facts->as_root.trial[trial] = facts->as_user.trial[trial] = failed;
}

static void test_all_is_there(void **state)
{
	struct doctor_facts facts = well();
	struct doctor_finding finding;
	const struct doctor_check *check;

	(void)state;
	for (enum doctor_use use = 0; use < DOCTOR_USES; use++) {
		assert_int_equal(doctor_verdict(&facts, use), DOCTOR_OK);
		for (size_t i = 0; (check = doctor_check_at(i)); i++) {
			doctor_judge(check, &facts, use, &finding);
			assert_true(finding.state <= DOCTOR_OK);
			assert_null(finding.remedy);
		}
	}
}

static void test_nothing_is_there(void **state)
{
	/* a machine without anything: whatever is amiss has a remedy */
	struct doctor_facts facts = {.bridge_calls_iptables = 1,
				     .forward_known = true,
				     .forward_drops = true,
				     .root = true,
				     .ipv6_forwarding = 1};
	struct doctor_finding finding;
	const struct doctor_check *check;

	(void)state;
	for (enum doctor_trial i = 0; i < TRIALS; i++)
		fails(&facts, i, "gone");
	for (enum doctor_use use = 0; use < DOCTOR_USES; use++) {
		assert_int_equal(doctor_verdict(&facts, use), DOCTOR_MISSING);
		for (size_t i = 0; (check = doctor_check_at(i)); i++) {
			doctor_judge(check, &facts, use, &finding);
			assert_non_null(check->means);
			if (finding.state >= DOCTOR_LIMITED)
				assert_non_null(finding.remedy);
			if (finding.state != DOCTOR_UNUSED)
				assert_true(*finding.found);
		}
	}
}

static void test_trials(void **state)
{
	static const struct {
		const char *check;
		enum doctor_trial trial;
		enum doctor_state expected[DOCTOR_USES];
	} cases[] = {
		{"namespaces",
		 TRY_NAMESPACES,
		 {DOCTOR_UNUSED, DOCTOR_MISSING, DOCTOR_MISSING}},
		{"private-run",
		 TRY_MOUNT,
		 {DOCTOR_UNUSED, DOCTOR_MISSING, DOCTOR_MISSING}},
		{"veth",
		 TRY_VETH,
		 {DOCTOR_UNUSED, DOCTOR_MISSING, DOCTOR_MISSING}},
		{"queue",
		 TRY_QUEUE_BIND,
		 {DOCTOR_MISSING, DOCTOR_MISSING, DOCTOR_MISSING}},
		{"queue-gso",
		 TRY_QUEUE_GSO,
		 {DOCTOR_LIMITED, DOCTOR_LIMITED, DOCTOR_LIMITED}},
		{"receive-buffer",
		 TRY_BUFFER,
		 {DOCTOR_LIMITED, DOCTOR_LIMITED, DOCTOR_LIMITED}},
		{"nft-queue",
		 TRY_NFT_QUEUE,
		 {DOCTOR_LIMITED, DOCTOR_LIMITED, DOCTOR_LIMITED}},
		{"iptables-queue",
		 TRY_IPTABLES_QUEUE,
		 {DOCTOR_LIMITED, DOCTOR_LIMITED, DOCTOR_LIMITED}},
		{"notrack",
		 TRY_NFT_NOTRACK,
		 {DOCTOR_LIMITED, DOCTOR_LIMITED, DOCTOR_LIMITED}},
		{"notrack",
		 TRY_IPTABLES_NOTRACK,
		 {DOCTOR_OK, DOCTOR_OK, DOCTOR_OK}},
		{"fragments",
		 TRY_IPTABLES_U32,
		 {DOCTOR_OK, DOCTOR_OK, DOCTOR_OK}},
		{"user-namespaces",
		 TRY_USER_NAMESPACE,
		 {DOCTOR_UNUSED, DOCTOR_UNUSED, DOCTOR_MISSING}},
		{"netem",
		 TRY_NETEM,
		 {DOCTOR_UNUSED, DOCTOR_LIMITED, DOCTOR_LIMITED}},
		{"tun",
		 TRY_TUN,
		 {DOCTOR_UNUSED, DOCTOR_UNUSED, DOCTOR_LIMITED}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (enum doctor_use use = 0; use < DOCTOR_USES; use++) {
			struct doctor_facts facts = well();

			fails(&facts, cases[i].trial, "No such thing");
			expect(&facts, cases[i].check, use,
			       cases[i].expected[use], NULL);
			if (cases[i].expected[use] > DOCTOR_OK)
				assert_int_equal(doctor_verdict(&facts, use),
						 cases[i].expected[use]);
		}
	}
}

static void test_rules_by_either_tool(void **state)
{
	struct doctor_facts facts = well();
	struct doctor_finding finding;

	(void)state;
	fails(&facts, TRY_NFT_QUEUE, "nft is not installed");
	expect(&facts, "nft-queue", DOCTOR_ROUTER, DOCTOR_LIMITED,
	       "sudo apt-get install nftables");
	/* now it is by iptables, and what iptables lacks counts */
	fails(&facts, TRY_IPTABLES_U32, "no u32");
	expect(&facts, "fragments", DOCTOR_ROUTER, DOCTOR_LIMITED,
	       "sudo modprobe xt_u32");

	fails(&facts, TRY_IPTABLES_QUEUE, "no NFQUEUE");
	for (enum doctor_use use = 0; use < DOCTOR_USES; use++) {
		expect(&facts, "nft-queue", use, DOCTOR_MISSING, NULL);
		expect(&facts, "iptables-queue", use, DOCTOR_MISSING,
		       "sudo update-alternatives --set iptables "
		       "/usr/sbin/iptables-nft");
		assert_int_equal(doctor_verdict(&facts, use), DOCTOR_MISSING);
	}
	fails(&facts, TRY_IPTABLES_NFT, "not this one");
	expect(&facts, "iptables-queue", DOCTOR_ROUTER, DOCTOR_MISSING,
	       "sudo update-alternatives --set iptables "
	       "/usr/sbin/iptables-legacy");
	fails(&facts, TRY_IPTABLES_LEGACY, "nor this");
	expect(&facts, "iptables-queue", DOCTOR_ROUTER, DOCTOR_MISSING,
	       "sudo modprobe xt_NFQUEUE");
	doctor_judge(find("iptables-queue"), &facts, DOCTOR_ROUTER, &finding);
	assert_string_equal(finding.found, "no NFQUEUE");
}

static void test_why_no_user_namespaces(void **state)
{
	struct doctor_facts facts = well();
	const char *name = "user-namespaces";

	(void)state;
	/* a switch that is off, and yet they work: believe the trial */
	facts.apparmor_restricts = 1;
	expect(&facts, name, DOCTOR_EXEC_USER, DOCTOR_OK, NULL);

	fails(&facts, TRY_USER_NAMESPACE, "Operation not permitted");
	expect(&facts, name, DOCTOR_EXEC_USER, DOCTOR_MISSING,
	       "sudo sysctl -w "
	       "kernel.apparmor_restrict_unprivileged_userns=0");
	facts.apparmor_restricts = 0;
	expect(&facts, name, DOCTOR_EXEC_USER, DOCTOR_MISSING,
	       "docker run --security-opt seccomp=unconfined ...");
	facts.unprivileged_userns_clone = 0;
	expect(&facts, name, DOCTOR_EXEC_USER, DOCTOR_MISSING,
	       "sudo sysctl -w kernel.unprivileged_userns_clone=1");
	facts.max_user_namespaces = 0;
	expect(&facts, name, DOCTOR_EXEC_USER, DOCTOR_MISSING,
	       "sudo sysctl -w user.max_user_namespaces=10000");
	/* root does without */
	assert_int_equal(doctor_verdict(&facts, DOCTOR_EXEC_ROOT), DOCTOR_OK);
}

static void test_privileges(void **state)
{
	struct doctor_facts facts = well();

	(void)state;
	/* a container with what a router needs, and no namespaces */
	facts.caps = 1ULL << CAP_NET_ADMIN | 1ULL << CAP_NET_RAW;
	memset(&facts.as_root, 0, sizeof(facts.as_root));
	memset(&facts.as_user, 0, sizeof(facts.as_user));
	expect(&facts, "privileges", DOCTOR_ROUTER, DOCTOR_OK, NULL);
	expect(&facts, "privileges", DOCTOR_EXEC_ROOT, DOCTOR_MISSING,
	       "docker run --privileged ...");
	expect(&facts, "nft-queue", DOCTOR_ROUTER, DOCTOR_UNTRIED, NULL);
	assert_int_equal(doctor_verdict(&facts, DOCTOR_ROUTER), DOCTOR_UNTRIED);

	facts.caps = 0;
	facts.root = false;
	expect(&facts, "privileges", DOCTOR_ROUTER, DOCTOR_MISSING,
	       "sudo lapse doctor");
	expect(&facts, "privileges", DOCTOR_EXEC_USER, DOCTOR_OK, NULL);
	/* what works for an ordinary user is in the kernel for root, too */
	facts.as_user = well().as_user;
	expect(&facts, "queue", DOCTOR_ROUTER, DOCTOR_OK, NULL);
}

static void test_router(void **state)
{
	struct doctor_facts facts = well();

	(void)state;
	facts.ipv6_forwarding = 1;
	expect(&facts, "ipv6", DOCTOR_ROUTER, DOCTOR_LIMITED,
	       "sudo sysctl -w net.ipv6.conf.all.forwarding=0");
	/* with settings only their interfaces count */
	snprintf(facts.lan, sizeof(facts.lan), "eth1");
	snprintf(facts.wan, sizeof(facts.wan), "eth0");
	expect(&facts, "ipv6", DOCTOR_ROUTER, DOCTOR_OK, NULL);
	facts.lan_ipv6 = true;
	expect(&facts, "ipv6", DOCTOR_ROUTER, DOCTOR_OK, NULL);
	facts.wan_ipv6 = true;
	expect(&facts, "ipv6", DOCTOR_ROUTER, DOCTOR_LIMITED, NULL);
	expect(&facts, "ipv6", DOCTOR_EXEC_ROOT, DOCTOR_UNUSED, NULL);

	facts.forward_drops = true;
	expect(&facts, "forward-policy", DOCTOR_ROUTER, DOCTOR_LIMITED,
	       "sudo iptables -I FORWARD -i eth1 -o eth0 -j ACCEPT; "
	       "sudo iptables -I FORWARD -i eth0 -o eth1 -j ACCEPT");

	facts.sysctl_writable = false;
	expect(&facts, "sysctl", DOCTOR_ROUTER, DOCTOR_MISSING, NULL);
	facts.ip_forward = 1;
	expect(&facts, "sysctl", DOCTOR_ROUTER, DOCTOR_LIMITED, NULL);
}

static void test_buffer(void **state)
{
	struct doctor_facts facts = well();

	(void)state;
	fails(&facts, TRY_BUFFER, "Operation not permitted");
	expect(&facts, "receive-buffer", DOCTOR_EXEC_USER, DOCTOR_LIMITED,
	       "sudo sysctl -w net.core.rmem_max=16777216");
	facts.rmem_max = 16777216;
	expect(&facts, "receive-buffer", DOCTOR_EXEC_USER, DOCTOR_OK, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_is_there),
		cmocka_unit_test(test_nothing_is_there),
		cmocka_unit_test(test_trials),
		cmocka_unit_test(test_rules_by_either_tool),
		cmocka_unit_test(test_why_no_user_namespaces),
		cmocka_unit_test(test_privileges),
		cmocka_unit_test(test_router),
		cmocka_unit_test(test_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
