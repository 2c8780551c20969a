/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * privilege - what lapsed must be allowed to do, and nothing more
 */
#ifndef GATEWAY_PRIVILEGE_H
#define GATEWAY_PRIVILEGE_H

#include <stdbool.h>

/** privilege_check() - 0, or -EPERM with one line logged */
int privilege_check(void);

/**
 * privilege_drop() - keep what running and stopping need
 * @files:	also keep the right to files that are not ours
 *
 * Return: 0, or a negative errno with one line logged.
 */
int privilege_drop(bool files);

#endif /* GATEWAY_PRIVILEGE_H */
