/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profiles - those that a lab is asked for, by name or as a file
 */
#ifndef LAB_PROFILES_H
#define LAB_PROFILES_H

#include <jansson.h>
#include "lab/lab.h"

/**
 * profiles_environment() - what undoes, as spawn()'s environment, what
 * profiles_name() changes in ours
 *
 * Return: text, the caller's to free(); NULL when memory is out.
 */
char *profiles_environment(void);

/**
 * profiles_name() - the name of a profile, which may be given as a file
 * @given:	a name, or a path: with a "/" in it, or ".yaml" at its end
 *
 * The folder of a file becomes the first of LAPSE_PROFILE_PATH.
 *
 * Return: JSON text, or NULL when memory is out.
 */
json_t *profiles_name(const char *given);

/**
 * profiles_check() - that files are there and can be found by their names, and
 * that no two of a lab's have one name and are not one
 *
 * Return: 0, or -EINVAL after a message.
 */
int profiles_check(const struct lab_spec *spec);

#endif /* LAB_PROFILES_H */
