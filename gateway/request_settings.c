// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_settings - show the settings in force, change them, take it back
 *
 * All or nothing: the file and every assignment are read and checked anew as a
 * whole before anything is put in force.
 */
#include "gateway/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conf/value.h"
#include "gateway/request_row.h"

/** EXPIRY_BUDGET - sessions that may lapse in one turn of the loop */
#define EXPIRY_BUDGET 256

/** KEY_TEXT - bytes of a dotted path at most, NUL included */
#define KEY_TEXT 256

/* --- get --- */

/** struct wanted - the state of a walk over the settings */
struct wanted {
	struct request *request;
	const char *key;
};

/** is_below() - whether @path is @key, or stands below it */
static bool is_below(const char *path, const char *key)
{
	size_t len = strlen(key);

	return strncmp(path, key, len) == 0 && (!path[len] || path[len] == '.');
}

/** wants() - whether a setting was asked for; a bare name means "nat." */
static bool wants(const struct wanted *wanted, const char *path)
{
	if (!wanted->key || is_below(path, wanted->key))
		return true;
	return strncmp(path, "nat.", 4) == 0 && is_below(path + 4, wanted->key);
}

/** origin() - the members that say where a value comes from */
static void origin(struct row *row, const struct conf_origin *origin)
{
	static const char *const layers[] = {
		[CONF_DEFAULT] = "default",
		[CONF_PROFILE] = "profile",
		[CONF_FILE] = "file",
		[CONF_SET] = "set",
	};

	row_text(row, "layer", layers[origin->layer]);
	row_text(row, "origin", origin->name);
	if (origin->layer == CONF_FILE && origin->line)
		row_number(row, "line", origin->line);
	if (origin->layer != CONF_PROFILE)
		return;
	row_text(row, "class", conf_class_names[origin->class]);
	row_text(row, "source", origin->source);
}

/** setting_row() - conf_entry_fn: one line of `get` */
static void setting_row(const struct conf_entry *entry, void *arg)
{
	const struct wanted *wanted = arg;
	struct row row;

	if (!wants(wanted, entry->path))
		return;
	row_begin(&row, wanted->request->out);
	row_text(&row, "setting", entry->path);
	row_text(&row, "value", entry->value);
	origin(&row, &entry->origin);
	row_text(&row, "help", entry->doc);
	row_end(&row);
	wanted->request->rows++;
}

enum request_result request_get(struct request *request)
{
	struct wanted wanted = {
		.request = request,
		.key = json_string_value(json_object_get(request->args, "key")),
	};

	conf_foreach(request->gateway->conf, setting_row, &wanted);
	if (!request->rows && wanted.key)
		return request_fail(request, REQUEST_USAGE, "key",
				    "\"%.64s\" has no value, or does not "
				    "exist; get without a key lists what there "
				    "is",
				    wanted.key);
	return request_done(request);
}

enum request_result request_assignments(struct request *request)
{
	const struct live *live = &request->gateway->live;
	struct row row;

	for (size_t i = 0; i < live->n; i++) {
		row_begin(&row, request->out);
		row_text(&row, "key", live->item[i].key);
		row_text(&row, "value", live->item[i].value);
		row_end(&row);
		request->rows++;
	}
	return request_done(request);
}

/* --- whose settings --- */

/** find_client() - the client of that name, address, prefix or MAC, or NULL */
static const struct nat_client_rule *find_client(const struct conf *conf,
						 const char *who)
{
	uint8_t mac[6];
	uint32_t addr = 0;
	unsigned bits = 0;
	bool by_mac = mac_parse(who, mac);
	bool by_addr = prefix_parse(who, &addr, &bits);

	for (size_t i = 0; i < conf->nat.n_clients; i++) {
		const struct nat_client_rule *rule = &conf->nat.clients[i];

		if (strcmp(rule->name, who) == 0 ||
		    (by_mac && rule->by_mac && !memcmp(rule->mac, mac, 6)) ||
		    (by_addr && !rule->by_mac && rule->addr == addr &&
		     rule->bits == bits))
			return rule;
	}
	return NULL;
}

/**
 * client_name() - the name of a client that may be none yet
 * @who:	as find_client() takes it
 * @live:	receives its match if it is a new one
 * @name:	FILTER_NAME bytes
 *
 * Return: false after an error was answered.
 */
static bool client_name(struct request *request, const char *who,
			struct live *live, char name[static FILTER_NAME])
{
	const struct nat_client_rule *rule =
		find_client(request->gateway->conf, who);
	char key[KEY_TEXT];
	uint8_t mac[6];
	uint32_t addr;
	unsigned bits;

	if (rule) {
		snprintf(name, FILTER_NAME, "%s", rule->name);
		return true;
	}
	if (!mac_parse(who, mac) && !prefix_parse(who, &addr, &bits)) {
		request_fail(request, REQUEST_USAGE, "client",
			     "\"%.64s\" is no client: give a name from "
			     "`clients`, an address, a prefix or a MAC",
			     who);
		return false;
	}
	/* a name, for dots are what separates keys */
	snprintf(name, FILTER_NAME, "%s", who);
	for (char *p = name; *p; p++)
		if (strchr(".:/", *p))
			*p = '-';
	snprintf(key, sizeof(key), "clients.%s.match", name);
	if (live_add(live, key, who) == 0)
		return true;
	request_fail(request, REQUEST_FAILED, NULL, "out of memory");
	return false;
}

/**
 * full_key() - a setting's path, of everyone or of a client
 * @client:	its name, or ""
 *
 * Return: false after an error was answered.
 */
static bool full_key(struct request *request, const char *client,
		     const char *name, char key[static KEY_TEXT])
{
	bool as_it_is = strncmp(name, "nat.", 4) == 0 ||
			strcmp(name, "profile") == 0 || !*name;
	int len = *client ? snprintf(key, KEY_TEXT, "clients.%s.%s%s", client,
				     as_it_is ? "" : "nat.", name)
			  : snprintf(key, KEY_TEXT, "%s", name);

	if (len >= 0 && len < KEY_TEXT && *name)
		return true;
	request_fail(request, REQUEST_USAGE, "values", "\"%.64s\" is no key",
		     name);
	return false;
}

/* --- set, unset, reload --- */

/** changed_row() - what the change did */
static enum request_result changed_row(struct request *request)
{
	const struct conf *conf = request->gateway->conf;
	const struct nat_change *change = &request->change;
	struct row row;

	row_begin(&row, request->out);
	row_text(&row, "apply", nat_apply_names[conf->nat.apply]);
	row_number(&row, "sooner", change->sooner);
	row_number(&row, "later", change->later);
	row_number(&row, "ended", change->ended);
	row_end(&row);
	request->rows = 1;
	return request_done(request);
}

/** changed_page() - answer when all that has lapsed by the change is gone */
static enum request_result changed_page(struct request *request)
{
	struct gateway *gateway = request->gateway;
	bool more =
		nat_expire(gateway->nat, gateway_now(gateway), EXPIRY_BUDGET);

	gateway_settle(gateway);
	return more ? REQUEST_MORE : changed_row(request);
}

/** fail_settings() - answer with what is wrong, a line each */
static enum request_result fail_settings(struct request *request, char *text,
					 int error)
{
	size_t size = text ? strlen(text) : 0;

	while (size && text[size - 1] == '\n')
		text[--size] = '\0';
	return request_fail(request, size ? REQUEST_SETTINGS : REQUEST_FAILED,
			    NULL, "%s", size ? text : strerror(-error));
}

/**
 * change_to() - put the settings in force that follow from a live layer
 * @live:	taken over, or NULL: what there is stays
 */
static enum request_result change_to(struct request *request, struct live *live)
{
	struct gateway *gateway = request->gateway;
	char *text = NULL;
	size_t size = 0;
	FILE *errors = open_memstream(&text, &size);
	int error = -ENOMEM;

	if (errors) {
		error = live ? gateway_set(gateway, live, &request->change,
					   errors)
			     : gateway_reload(gateway, &request->change,
					      errors);
		fclose(errors);
	}
	if (error)
		fail_settings(request, text, error);
	free(text);
	if (error)
		return REQUEST_DONE;
	request->more = changed_page;
	return changed_page(request);
}

enum request_result request_reload(struct request *request)
{
	return change_to(request, NULL);
}

/**
 * add_value() - one member of "values" into the layer
 *
 * Return: false after an error was answered.
 */
static bool add_value(struct request *request, struct live *live,
		      const char *key, const json_t *value)
{
	char *text = json_is_string(value) ? strdup(json_string_value(value))
					   : json_dumps(value, JSON_ENCODE_ANY);
	int error = text ? live_add(live, key, text) : -ENOMEM;

	free(text);
	if (!error)
		return true;
	request_fail(request, REQUEST_FAILED, "values",
		     error == -ENOSPC
			     ? "%d settings are set already: write them into "
			       "the file, and unset them"
			     : "out of memory (%d)",
		     LIVE_MAX);
	return false;
}

/** add_values() - all of them; false after an error was answered */
static bool add_values(struct request *request, struct live *live)
{
	const json_t *who = json_object_get(request->args, "client");
	json_t *values = json_object_get(request->args, "values");
	char client[FILTER_NAME] = "";
	char key[KEY_TEXT];

	if (who && !client_name(request, json_string_value(who), live, client))
		return false;
	for (void *i = json_object_iter(values); i;
	     i = json_object_iter_next(values, i))
		if (!full_key(request, client, json_object_iter_key(i), key) ||
		    !add_value(request, live, key, json_object_iter_value(i)))
			return false;
	return true;
}

enum request_result request_set(struct request *request)
{
	enum request_result result = REQUEST_DONE;
	struct live live;

	if (live_copy(&live, &request->gateway->live) < 0)
		return request_fail(request, REQUEST_FAILED, NULL,
				    "out of memory");
	if (json_is_true(json_object_get(request->args, "replace")))
		live_clean(&live);
	if (add_values(request, &live))
		result = change_to(request, &live);
	live_clean(&live);
	return result;
}

/**
 * remove_keys() - take them out of the layer
 * @keys:	array of strings
 *
 * Return: false after an error was answered.
 */
static bool remove_keys(struct request *request, struct live *live,
			const char *client, const json_t *keys)
{
	char key[KEY_TEXT];

	for (size_t i = 0; i < json_array_size(keys); i++) {
		const char *name = json_string_value(json_array_get(keys, i));

		if (!full_key(request, client, name, key))
			return false;
		if (live_remove(live, key))
			continue;
		request_fail(request, REQUEST_USAGE, "keys",
			     "\"%.64s\" was not set while lapsed runs", name);
		return false;
	}
	return true;
}

enum request_result request_unset(struct request *request)
{
	const struct gateway *gateway = request->gateway;
	const json_t *who = json_object_get(request->args, "client");
	const json_t *keys = json_object_get(request->args, "keys");
	enum request_result result = REQUEST_DONE;
	char client[FILTER_NAME] = "", all[KEY_TEXT];
	struct live live;

	if (live_copy(&live, &gateway->live) < 0)
		return request_fail(request, REQUEST_FAILED, NULL,
				    "out of memory");
	if (who && !client_name(request, json_string_value(who), &live, client))
		goto out;
	if (keys) {
		if (!remove_keys(request, &live, client, keys))
			goto out;
	} else if (who) {
		snprintf(all, sizeof(all), "clients.%s", client);
		live_remove(&live, all);
	} else {
		live_clean(&live);
	}
	result = change_to(request, &live);
out:
	live_clean(&live);
	return result;
}
