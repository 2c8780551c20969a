/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control - the control socket: JSON, a request a line (see lapse-control(7))
 */
#ifndef GATEWAY_CONTROL_H
#define GATEWAY_CONTROL_H

#include "gateway/gateway.h"

struct control;

/**
 * control_open() - listen on conf->control_socket, mode 0660, its group
 * @gateway:	whom the requests are about; outlives the control
 * @control:	set on success; control_close() releases it
 *
 * Return: 0, or a negative errno, with one line logged. -EADDRINUSE when
 * another lapsed answers there (a socket file that nobody answers on is
 * replaced).
 */
int control_open(struct gateway *gateway, struct control **control);

/** control_close() - cut all clients, remove the socket file; NULL is fine */
void control_close(struct control *control);

/**
 * control_event() - an engine event happened: tell the followers
 *
 * Also keeps what `wait` and `events` need; called by gateway_settle().
 */
void control_event(struct control *control, const struct nat_event *event);

#endif /* GATEWAY_CONTROL_H */
