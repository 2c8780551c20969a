// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_check_rights - checks of what we may: privileges, and namespaces of
 * our own
 */
#include <linux/capability.h>
#include "cli/doctor_check.h"

/** has() - whether we have a capability */
static bool has(const struct doctor_facts *facts, int capability)
{
	return facts->caps >> capability & 1;
}

static void judge_privileges(const struct doctor_facts *facts,
			     enum doctor_use use,
			     struct doctor_finding *finding)
{
	const char *lacks = NULL;

	if (use == DOCTOR_EXEC_USER) {
		doctor_put(finding, DOCTOR_OK, "none needed, nor newuidmap");
		return;
	}
	if (!has(facts, CAP_NET_RAW))
		lacks = "CAP_NET_RAW";
	if (!has(facts, CAP_NET_ADMIN))
		lacks = "CAP_NET_ADMIN";
	if (use == DOCTOR_EXEC_ROOT && !has(facts, CAP_SYS_ADMIN))
		lacks = "CAP_SYS_ADMIN";
	if (!lacks) {
		doctor_put(finding, DOCTOR_OK, "root's");
		return;
	}
	doctor_put(finding, DOCTOR_MISSING,
		   facts->root ? "root without %s" : "no %s", lacks);
	if (facts->root)
		finding->remedy = use == DOCTOR_ROUTER
					  ? "docker run --cap-add NET_ADMIN "
					    "--cap-add NET_RAW ..."
					  : "docker run --privileged ...";
}

static void judge_user_namespaces(const struct doctor_facts *facts,
				  enum doctor_use use,
				  struct doctor_finding *finding)
{
	const struct doctor_tried *trial =
		doctor_tried_as(facts, use, TRY_USER_NAMESPACE);

	if (use != DOCTOR_EXEC_USER)
		return;
	doctor_by_trial(finding, trial, DOCTOR_MISSING);
	if (trial->works)
		return;
	if (facts->max_user_namespaces == 0) {
		doctor_put(finding, DOCTOR_MISSING,
			   "user.max_user_namespaces is 0");
		finding->remedy = "sudo sysctl -w "
				  "user.max_user_namespaces=10000";
	} else if (facts->unprivileged_userns_clone == 0) {
		doctor_put(finding, DOCTOR_MISSING,
			   "kernel.unprivileged_userns_clone is 0");
		finding->remedy = "sudo sysctl -w "
				  "kernel.unprivileged_userns_clone=1";
	} else if (facts->apparmor_restricts > 0) {
		doctor_put(
			finding, DOCTOR_MISSING,
			"AppArmor restricts them (Ubuntu 24.04 and later): %s",
			trial->why);
		finding->remedy =
			"sudo sysctl -w "
			"kernel.apparmor_restrict_unprivileged_userns=0";
	}
}

const struct doctor_check doctor_check_rights[] = {
	{.name = "privileges",
	 .judge = judge_privileges,
	 .means = "it cannot change the network",
	 .remedy = "sudo lapse doctor"},
	{.name = "user-namespaces",
	 .judge = judge_user_namespaces,
	 .means = "an ordinary user cannot have a network of their own",
	 .remedy = "docker run --security-opt seccomp=unconfined ..."},
	{.name = "namespaces",
	 .trial = TRY_NAMESPACES,
	 .without = MISSING_FOR_EXEC,
	 .means = "no network apart from the host's",
	 .remedy = "docker run --privileged ..."},
	{.name = "private-run",
	 .trial = TRY_MOUNT,
	 .without = MISSING_FOR_EXEC,
	 .means = "programs inside share /run and /etc with the host",
	 .remedy = "docker run --privileged ..."},
	{.name = NULL},
};
