// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * privilege - what lapsed must be allowed to do, and nothing more
 *
 * CAP_NET_ADMIN: the queue, the rules, routes, addresses and marks; nft and
 * iptables inherit it. CAP_NET_RAW: iptables' socket. Sysctls below net and
 * the records in /run/lapse belong to root, who we still are.
 */
#include "gateway/privilege.h"

#include <errno.h>
#include <string.h>
#include <cap-ng.h>
#include <sys/prctl.h>
#include "base/log.h"

int privilege_check(void)
{
	if (capng_get_caps_process() == 0 &&
	    capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN) &&
	    capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_RAW))
		return 0;
	log_error("lapsed needs CAP_NET_ADMIN and CAP_NET_RAW: run it as "
		  "root (sudo), or in a namespace of your own (unshare -Urn)");
	return -EPERM;
}

int privilege_drop(bool files)
{
	const capng_type_t where =
		(capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED |
			       CAPNG_BOUNDING_SET);

	capng_clear(CAPNG_SELECT_BOTH);
	capng_updatev(CAPNG_ADD, where, CAP_NET_ADMIN, CAP_NET_RAW, -1);
	if (files)
		capng_update(CAPNG_ADD, where, CAP_DAC_OVERRIDE);
	/* where the bounding set cannot be changed, the rest still can */
	if (capng_apply(CAPNG_SELECT_BOTH) != 0 &&
	    capng_apply(CAPNG_SELECT_CAPS) != 0) {
		log_error("cannot drop privileges");
		return -EPERM;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		log_error("no_new_privs: %s", strerror(errno));
		return -EPERM;
	}
	return 0;
}
