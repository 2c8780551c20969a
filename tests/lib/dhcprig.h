/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcprig - a DHCP engine with a clock, a journal, and what came out of it
 *
 * What the daemon does around the engine, without I/O: after each call changes
 * are appended to the journal, replies, probes and events collected, and the
 * engine's invariants checked.
 */
#ifndef TESTS_LIB_DHCPRIG_H
#define TESTS_LIB_DHCPRIG_H

#include "dhcpd/dhcpd.h"
#include "dhcpd/events.h"

#define RIG_SUBNETS	 4
#define RIG_RANGES	 4
#define RIG_LIST	 80
#define RIG_RESERVATIONS 8
#define RIG_QUEUE	 128

/** struct rig_reply - a reply that came out */
struct rig_reply {
	struct dhcpd_reply reply;
	uint8_t bytes[DHCPD_REPLY_MAX];
};

/** struct rig_subnet - a subnet's arrays */
struct rig_subnet {
	struct dhcpd_range ranges[RIG_RANGES], exclude[RIG_RANGES];
	uint32_t router[RIG_LIST], dns[RIG_LIST], ntp[RIG_LIST];
	const char *search[RIG_LIST];
	struct dhcpd_route routes[RIG_LIST];
	struct dhcpd_option options[RIG_LIST];
	uint8_t values[2048]; /* of the options */
	size_t used;
	char text[1024]; /* domain and search */
};

/** struct rig_settings - settings with all their arrays */
struct rig_settings {
	struct dhcpd_settings s;
	struct dhcpd_lan lans[2];
	struct dhcpd_subnet subnets[RIG_SUBNETS];
	struct rig_subnet own[RIG_SUBNETS];
	struct dhcpd_reservation reservations[RIG_RESERVATIONS];
	uint8_t ids[RIG_RESERVATIONS][255];
	char hostnames[RIG_RESERVATIONS][64];
	uint32_t addresses[4];
};

/**
 * struct dhcprig - the rig
 * @settings:	two of them: those in force, and the next
 * @journal:	what the daemon would have written, malloc'd
 * @broken:	the engine said that an invariant does not hold
 */
struct dhcprig {
	struct dhcpd *d;
	struct rig_settings *settings[2];
	struct dhcpd_now now;
	uint64_t wall;
	uint8_t *journal;
	size_t journal_len, journal_size;
	struct rig_reply replies[RIG_QUEUE];
	size_t n_replies;
	struct dhcpd_probe probes[RIG_QUEUE];
	size_t n_probes;
	struct dhcpd_event events[RIG_QUEUE];
	size_t n_events;
	bool broken;
};

/**
 * dhcprig_default() - a LAN 192.168.77.1/24 with three addresses to give,
 * .50 to .52, for an hour, without probes; and a second one without any
 */
void dhcprig_default(struct rig_settings *settings);

/** dhcprig_settings() - the settings that the next start or change will use */
struct rig_settings *dhcprig_settings(struct dhcprig *rig);

/** dhcprig_alloc() - a rig without an engine; NULL when out of memory */
struct dhcprig *dhcprig_alloc(void);

/** dhcprig_free() - release it */
void dhcprig_free(struct dhcprig *rig);

/** dhcprig_start() - make the engine, empty, and an empty journal */
void dhcprig_start(struct dhcprig *rig);

/** dhcprig_configure() - put the next settings in force */
void dhcprig_configure(struct dhcprig *rig);

/**
 * dhcprig_restart() - a crash, and a new engine from the journal
 * @len:	how much of the journal is left
 * @wall_ms:	by how much the wall clock has moved, may be negative
 *
 * Return: how many records the journal had, or -1 if one was refused.
 */
int dhcprig_restart(struct dhcprig *rig, size_t len, int64_t wall_ms);

/** dhcprig_append() - bytes to the journal, whatever they are */
void dhcprig_append(struct dhcprig *rig, const uint8_t *bytes, size_t len);

/** dhcprig_tear() - a record of which only @len bytes were written, below 60 */
void dhcprig_tear(struct dhcprig *rig, size_t len);

/** dhcprig_compact() - write the journal anew */
void dhcprig_compact(struct dhcprig *rig);

/** dhcprig_send() - a message comes */
void dhcprig_send(struct dhcprig *rig, const uint8_t *bytes, size_t len,
		  unsigned lan, uint32_t source, uint32_t destination);

/** dhcprig_time() - time passes, on both clocks as told; the wall's is real */
void dhcprig_time(struct dhcprig *rig, uint64_t lapse, uint64_t real);

/** dhcprig_settle() - collect what came out, after a call of the engine */
void dhcprig_settle(struct dhcprig *rig);

#endif /* TESTS_LIB_DHCPRIG_H */
