/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings - the settings of a lab's gateways, as text for lapsed
 */
#ifndef LAB_SETTINGS_H
#define LAB_SETTINGS_H

#include "lab/lab.h"

/** settings_dir() - the folder of a gateway: settings, records, socket */
const char *settings_dir(bool outer);

/**
 * settings_check() - whether the settings are right, before anything is made
 *
 * The folder of a profile that is given as a file becomes the first of
 * LAPSE_PROFILE_PATH.
 *
 * Return: 0; -EINVAL after messages that say what would be right; -ENOMEM.
 */
int settings_check(const struct lab_spec *spec);

/**
 * settings_text() - those of a gateway, with what its profile needs
 * @outer:	of the carrier that is in front, or of the clients' gateway
 * @text:	set to them, but for those of @spec's set; the caller's to
 *		free(); NULL on error
 *
 * Return: as settings_check().
 */
int settings_text(const struct lab_spec *spec, bool outer, char **text);

#endif /* LAB_SETTINGS_H */
