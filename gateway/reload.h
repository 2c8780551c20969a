/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reload - new settings for a running lapsed; gateway_reload() is here too
 */
#ifndef GATEWAY_RELOAD_H
#define GATEWAY_RELOAD_H

#include "gateway/gateway.h"

/** reload_logged() - gateway_reload(), its errors in the log */
void reload_logged(struct gateway *gateway);

#endif /* GATEWAY_RELOAD_H */
