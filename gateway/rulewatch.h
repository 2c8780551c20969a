/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rulewatch - notice it when somebody else removes our rules
 */
#ifndef GATEWAY_RULEWATCH_H
#define GATEWAY_RULEWATCH_H

#include "gateway/gateway.h"

/**
 * rulewatch_open() - watch from now on, and put the rules in again
 * @gateway:	its rules and hostports are used; its rulewatch is set,
 *		rulewatch_close() releases that
 *
 * Return: 0, also where the kernel does not tell; -ENOMEM.
 */
int rulewatch_open(struct gateway *gateway);

/** rulewatch_close() - NULL is fine */
void rulewatch_close(struct rulewatch *watch);

#endif /* GATEWAY_RULEWATCH_H */
