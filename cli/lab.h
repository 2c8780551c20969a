/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab - what the commands that make labs share
 */
#ifndef CLI_LAB_H
#define CLI_LAB_H

#include <limits.h>
#include "cli/args.h"
#include "lab/lab.h"

/** LAB_DEFAULT - the lab that is meant where neither an option nor LAPSE_LAB in
 * the environment names one
 */
#define LAB_DEFAULT "lab"

/** LAB_NAME_TEXT - bytes of a lab's name, as long as an address can be */
#define LAB_NAME_TEXT 108

/**
 * lab_of_socket() - the lab that --socket means: "lab:", "lab:NAME/..."
 * @name:	set to its name
 *
 * Return: what is behind the name's "/", "" if nothing is; NULL if @socket is
 * a path.
 */
const char *lab_of_socket(const char *socket, char name[static LAB_NAME_TEXT]);

/** lab_default() - the name of the lab that is meant where no option says */
const char *lab_default(void);

/** LAB_LOG - what the gateways of a standing lab say, inside it */
#define LAB_LOG "/run/lapse/lapsed.log"

/**
 * lab_settings() - "KEY=VALUE" of each --set
 * @list:	as they were given
 * @set:	ARGS_LIST of them; @spec points to those that are filled
 *
 * Return: CLI_OK, or CLI_USAGE after a message.
 */
int lab_settings(const struct args_list *list, struct lab_setting *set,
		 struct lab_spec *spec);

/** lab_settings_free() - release what lab_settings() took, in any case */
void lab_settings_free(struct lab_spec *spec);

/**
 * lab_events() - the file of --events, for a process elsewhere
 * @path:	as it was given, or NULL
 * @text:	room
 * @events:	set to @path or, in @text, the same as an absolute one
 *
 * Return: CLI_OK, or CLI_USAGE after a message.
 */
int lab_events(const char *path, char text[static PATH_MAX],
	       const char **events);

#endif /* CLI_LAB_H */
