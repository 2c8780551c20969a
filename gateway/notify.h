/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notify - tell the service manager how we are (sd_notify(3))
 */
#ifndef GATEWAY_NOTIFY_H
#define GATEWAY_NOTIFY_H

/**
 * notify() - send one state, "READY=1" and the like
 *
 * Without NOTIFY_SOCKET in the environment nothing happens.
 */
void notify(const char *state);

#endif /* GATEWAY_NOTIFY_H */
