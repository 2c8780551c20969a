/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show - what conf_foreach() is made of
 */
#ifndef CONF_SHOW_H
#define CONF_SHOW_H

#include "conf/internal.h"

/**
 * struct shower - the state of conf_foreach()
 * @scope:	KEY_FILE or KEY_PROFILE: what can stand there
 */
struct shower {
	const struct conf *conf;
	unsigned scope;
	const struct conf_priv *priv;
	conf_entry_fn *fn;
	void *arg;
};

/** show() - hand out one value, unless it is off */
void show(const struct shower *shower, const struct conf_key *key,
	  const void *base, const char *path, const char *pattern);

/** dhcp_shown() - whether there is something to show of a row of `dhcp` */
bool dhcp_shown(const struct shower *shower, const struct conf_key *key,
		const void *base, const char *path);

/**
 * dhcp_show() - the rows of `dhcp`
 * @first:	the first of the rows of its base
 */
void dhcp_show(const struct shower *shower, const struct conf_key *first);

#endif /* CONF_SHOW_H */
