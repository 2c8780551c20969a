/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table - sessions, mappings and subscribers: find, make, end
 *
 * _find never makes, _make never drops packets: what cannot be made is told by
 * an enum nat_stat.
 */
#ifndef NAT_TABLE_H
#define NAT_TABLE_H

#include "nat/engine.h"
#include "nat/packet.h"

/** table_alloc() - all arrays for max_sessions; 0 or -ENOMEM */
int table_alloc(struct nat *nat, uint64_t now);

/** table_free() - release them */
void table_free(struct nat *nat);

/**
 * session_find_out() - the session of an outbound packet
 * @nat:	engine
 * @now:	lapse ms; a session that is overdue is ended here and not found
 * @tuple:	source internal, destination remote
 */
struct session *session_find_out(struct nat *nat, uint64_t now,
				 const struct tuple *tuple);

/** session_peek_out() - likewise, but overdue or not; none is ended */
const struct session *session_peek_out(const struct nat *nat,
				       const struct tuple *tuple);

/**
 * session_find_in() - the session of an inbound packet
 * @tuple:	source remote, destination external
 */
struct session *session_find_in(struct nat *nat, uint64_t now,
				const struct tuple *tuple);

/**
 * session_make() - a session of @mapping with @remote, timers started
 * @nat:	engine
 * @now:	the time
 * @mapping:	index
 * @remote:	the other end
 * @by:		who sent the first packet; what SIDE_INTERNAL opens keeps the
 *		mapping alive
 * @reason:	for the event
 * @why:	set to the counter of the refusal when NULL is returned
 *
 * Return: the session, in state NAT_STATE_INITIAL, or NULL at a limit.
 */
struct session *session_make(struct nat *nat, struct nat_now now,
			     uint32_t mapping, struct endpoint remote,
			     enum side by, enum nat_reason reason,
			     enum nat_stat *why);

/**
 * session_end() - the end of a session; of its mapping too, if it was the last
 * that kept that alive
 */
void session_end(struct nat *nat, uint64_t now, struct session *session,
		 enum nat_reason reason);

/** sessions_end_of() - end all sessions of a mapping, which stays */
void sessions_end_of(struct nat *nat, uint64_t now, uint32_t mapping,
		     enum nat_reason reason);

/** session_keep() - from now on @session keeps its mapping alive */
void session_keep(struct nat *nat, struct session *session);

/**
 * mapping_find_out() - the mapping that an outbound packet would use
 * @behaviour:	mapping behaviour: how much of the destination matters
 *
 * Return: its index, or NAT_NONE.
 */
uint32_t mapping_find_out(struct nat *nat, uint64_t now,
			  const struct tuple *tuple,
			  enum nat_mapping_behaviour behaviour);

/**
 * mapping_find_in() - a mapping that holds an external endpoint
 * @protocol:	IP protocol
 * @external:	endpoint
 * @remote:	who calls: of several mappings on one external endpoint the one
 *		that depends on this remote is taken, else one that lets it in,
 *		else any; NULL: any
 *
 * Return: its index, or NAT_NONE.
 */
uint32_t mapping_find_in(struct nat *nat, uint64_t now, uint8_t protocol,
			 struct endpoint external,
			 const struct endpoint *remote);

/**
 * mapping_chain() - first of a chain that holds all mappings on @external
 *
 * Among others; follow next_external.
 */
uint32_t mapping_chain(const struct nat *nat, uint8_t protocol,
		       struct endpoint external);

/** mapping_holds() - whether a mapping, overdue or not, is on @external */
bool mapping_holds(const struct nat *nat, uint8_t protocol,
		   struct endpoint external);

/**
 * mapping_make() - a mapping for an outbound packet, its port allocated
 * @why:	set to the counter of the refusal when NAT_NONE is returned
 */
uint32_t mapping_make(struct nat *nat, struct nat_now now,
		      const struct tuple *tuple, uint16_t policy,
		      enum nat_stat *why);

/**
 * mapping_insert() - a mapping as given
 * @wanted:	protocol, endpoints, block, policy and flags count
 *
 * Return: its index, or NAT_NONE when the table is full.
 */
uint32_t mapping_insert(struct nat *nat, uint64_t now,
			const struct mapping *wanted);

/**
 * mapping_whole() - what mapping an inbound packet wants to an address that is
 * all one internal address's
 * @wanted:	filled in for mapping_insert()
 *
 * Return: false if the address is nobody's, or not open.
 */
bool mapping_whole(const struct nat *nat, const struct tuple *tuple,
		   struct mapping *wanted);

struct allocation;

/** mapping_move() - give a mapping and its sessions another external endpoint
 *  @got:	allocated, not taken yet */
void mapping_move(struct nat *nat, uint64_t now, uint32_t mapping,
		  const struct allocation *got);

/** session_move() - a session's external endpoint is now its mapping's */
void session_move(struct nat *nat, struct session *session);

/** mapping_end() - the end of a mapping and of all its sessions */
void mapping_end(struct nat *nat, uint64_t now, uint32_t mapping,
		 enum nat_reason reason);

/** mapping_remote() - what of @remote a mapping depends on */
static inline struct endpoint
mapping_remote(enum nat_mapping_behaviour behaviour, struct endpoint remote)
{
	struct endpoint none = {0, 0};

	if (behaviour == NAT_MAP_EIM)
		return none;
	if (behaviour == NAT_MAP_ADM)
		remote.port = 0;
	return remote;
}

/** subscriber_find() - index of an internal address, or NAT_NONE */
uint32_t subscriber_find(const struct nat *nat, uint32_t addr);

/** subscriber_get() - the same, made if missing; NAT_NONE when full */
uint32_t subscriber_get(struct nat *nat, uint32_t addr);

/** subscriber_put() - let go of it if it has no mapping left */
void subscriber_put(struct nat *nat, uint32_t index);

#endif /* NAT_TABLE_H */
