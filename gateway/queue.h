/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue - the netfilter queue: packets in batches to the engine, verdicts back
 */
#ifndef GATEWAY_QUEUE_H
#define GATEWAY_QUEUE_H

#include "gateway/gateway.h"

/**
 * queue_open() - bind the queue of the settings
 * @gateway:	its loop, nat and interface indexes are used; outlives the queue
 * @out:	set on success; queue_close() releases it
 *
 * Nothing is read before the loop runs.
 *
 * Return: 0, or a negative errno with one line logged: -EBUSY when another
 * process holds the queue, -EPERM, -EPROTONOSUPPORT.
 */
int queue_open(struct gateway *gateway, struct queue **out);

/** queue_close() - let go of it; the rules then drop. NULL is fine */
void queue_close(struct queue *queue);

#endif /* GATEWAY_QUEUE_H */
