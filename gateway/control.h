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

/** control_wake() - an event has come: whoever waits may look; NULL is fine */
void control_wake(struct control *control);

#endif /* GATEWAY_CONTROL_H */
