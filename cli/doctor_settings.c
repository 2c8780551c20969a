// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_settings - which interfaces are a router's, and who says so
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cli/connection.h"
#include "cli/doctor.h"
#include "conf/conf.h"

#define SETTINGS LAPSE_SYSCONF_DIR "/lapse.yaml"

/** name() - keep an interface's name */
static void name(char to[static DOCTOR_IFNAME], const char *from)
{
	snprintf(to, DOCTOR_IFNAME, "%s", from ? from : "");
}

/** read_file() - false if the settings are wrong, which is said to @errors */
static bool read_file(struct doctor_facts *facts, const char *path,
		      FILE *errors)
{
	struct conf *conf = conf_load(path, NULL, 0, errors);

	if (!conf)
		return false;
	name(facts->lan, conf->n_lan ? conf->lan[0].interface : NULL);
	name(facts->wan, conf->wan_interface);
	conf_free(conf);
	return true;
}

/** on_status() - row_fn: what lapsed says of itself */
static void on_status(json_t *row, void *arg)
{
	struct doctor_facts *facts = arg;
	const char *lan = NULL, *wan = NULL;

	json_unpack(row, "{s:[{s:s}]}", "lan", "interface", &lan);
	json_unpack(row, "{s:{s:s}}", "wan", "interface", &wan);
	name(facts->lan, lan);
	name(facts->wan, wan);
}

int doctor_settings(struct doctor_facts *facts, const struct cli *cli,
		    const char *path)
{
	const struct cli quiet = {.socket = cli->socket};
	FILE *nowhere;

	if (path)
		return read_file(facts, path, stderr) ? CLI_OK : CLI_SETTINGS;
	if (access(cli->socket, W_OK) == 0 &&
	    ask(&quiet, json_pack("{s:s}", "request", "status"), on_status,
		facts, NULL) == CLI_OK)
		return CLI_OK;
	/* lapsed --check is there to tell what is wrong with it */
	nowhere = access(SETTINGS, R_OK) == 0 ? fopen("/dev/null", "we") : NULL;
	if (nowhere) {
		read_file(facts, SETTINGS, nowhere);
		fclose(nowhere);
	}
	return CLI_OK;
}
