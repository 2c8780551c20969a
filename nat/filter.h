/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter - who may call in through a mapping (RFC 4787 section 5)
 *
 * Endpoint-independent filtering asks nothing. Address- and port-dependent
 * filtering asks for the session itself, which the look-up has found or not.
 * Address-dependent filtering asks for any session of the mapping with that
 * address: those are counted in entries of their own, which so expire with the
 * sessions that made them.
 */
#ifndef NAT_FILTER_H
#define NAT_FILTER_H

#include "nat/engine.h"

/** filter_open() - @session permits its remote address to call in */
void filter_open(struct nat *nat, struct session *session);

/** filter_close() - undo filter_open() */
void filter_close(struct nat *nat, struct session *session);

/** filter_permits() - whether @remote, with no session yet, may call in */
bool filter_permits(const struct nat *nat, uint32_t mapping,
		    struct endpoint remote);

#endif /* NAT_FILTER_H */
