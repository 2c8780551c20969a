/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forward - static mappings
 */
#ifndef NAT_FORWARD_H
#define NAT_FORWARD_H

#include "nat/engine.h"

/**
 * forward_configure() - take over the forwards of @settings
 *
 * Return: 0, or -ENOMEM with nothing changed.
 */
int forward_configure(struct nat *nat, const struct nat_settings *settings);

/**
 * forward_apply() - make the static mappings match settings and pool
 *
 * Those that stay keep their sessions. A dynamic mapping that holds a
 * forwarded endpoint ends, reason "reload".
 *
 * Return: 0, or -ENOMEM when the table is full.
 */
int forward_apply(struct nat *nat, uint64_t now);

#endif /* NAT_FORWARD_H */
