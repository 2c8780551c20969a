// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names - what the hosts of a lab are called, and whom they ask for others
 */
#include "lab/names.h"

#include <stdio.h>
#include "base/endpoint.h"
#include "gateway/resolvers.h"
#include "lab/mounts.h"
#include "lab/say.h"

/* Lines of all hosts in /etc/hosts, of all resolvers in /etc/resolv.conf. */
#define HOSTS_TEXT  8192
#define RESOLV_TEXT 512

/** upstream() - resolv.conf with what the host's own resolver asks */
static void upstream(char text[static RESOLV_TEXT])
{
	uint32_t list[RESOLVERS_MAX];
	size_t n = resolvers_read(list), len = 0;
	char addr[ADDRESS_TEXT];

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, RESOLV_TEXT - len,
					"nameserver %s\n",
					address_format(list[i], addr));
}

int names_write(const struct lab *lab)
{
	/* nobody answers there unless the lab's server does; and then a
	 * refusal comes at once */
	static const char inside[] = "nameserver 198.51.100.7\n"
				     "search lab\n"
				     "options timeout:1 attempts:1\n";
	char outside[RESOLV_TEXT], text[HOSTS_TEXT], addr[ADDRESS_TEXT];
	size_t len = 0;

	for (size_t i = lab->spec->dhcp ? lab->spec->clients : 0;
	     i < lab->n_hosts; i++) {
		const struct lab_host *host = &lab->host[i];

		address_format(host->address, addr);
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"%s %s.lab %s%s\n", addr, host->name,
					host->name,
					i ? "" : " client.lab client");
	}
	if (lab->spec->wan_host) {
		upstream(outside);
		if (!*outside)
			say_error("the host's resolver answers the host alone: "
				  "no names of the real network are known");
	}
	return mounts_names(text, lab->spec->wan_host ? outside : inside);
}
