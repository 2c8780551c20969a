/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rawsend - send the packets that the engine makes
 */
#ifndef GATEWAY_RAWSEND_H
#define GATEWAY_RAWSEND_H

#include "gateway/gateway.h"

/** rawsend_open() - set raw_socket; 0, or a negative errno with a line logged
 */
int rawsend_open(struct gateway *gateway);

/**
 * rawsend_all() - send whatever nat_output_get() has
 *
 * What cannot be sent is counted; it never stops anything.
 */
void rawsend_all(struct gateway *gateway);

/** rawsend_close() - also when it was not open */
void rawsend_close(struct gateway *gateway);

#endif /* GATEWAY_RAWSEND_H */
