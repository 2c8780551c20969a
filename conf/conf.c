// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conf - loading settings
 */
#include "conf/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *file_read(struct region *region, const char *path, size_t *len,
		char why[static CONF_WHY_MAX])
{
	/* Not blocking on a FIFO, nor reading a device without end. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text = NULL;
	struct stat st;
	size_t used = 0;
	ssize_t got = 0;

	if (fd < 0 || fstat(fd, &st) < 0) {
		snprintf(why, CONF_WHY_MAX, "%s", strerror(errno));
		goto close_file;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(why, CONF_WHY_MAX, "not a regular file");
		goto close_file;
	}
	/* One more than allowed, for yaml_open() to see that it is too long. */
	text = region_alloc(region, CONF_FILE_MAX + 1);
	while (used < CONF_FILE_MAX + 1) {
		got = read(fd, text + used, CONF_FILE_MAX + 1 - used);
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	if (got < 0) {
		snprintf(why, CONF_WHY_MAX, "%s", strerror(errno));
		text = NULL;
	}
	*len = used;
close_file:
	if (fd >= 0)
		close(fd);
	return text;
}

/** overrides_read() - the items of the assignments */
static void overrides_read(struct conf_load *load,
			   const struct conf_override *overrides, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct conf_text source = {
			.load = load,
			.out = &load->items,
			.rank = RANK_SET + (unsigned)i,
			.scope = KEY_FILE,
		};

		source.origin.layer = CONF_SET;
		source.origin.name =
			region_print(load->region, "set %s=%s",
				     overrides[i].key, overrides[i].value);
		tree_assign(&source, overrides[i].key, overrides[i].value);
	}
}

/** profile_join() - add the items of the global profile */
static struct conf_profile *profile_join(struct conf_load *load)
{
	const struct conf_item *chosen = NULL;
	struct conf_profile *profile;

	for (size_t i = 0; i < load->items.n; i++) {
		const struct conf_item *item = &load->items.item[i];

		if (item->kind == ITEM_VALUE &&
		    !strcmp(item->path, "profile") &&
		    (!chosen || item->rank >= chosen->rank))
			chosen = item;
	}
	if (!chosen || !strcmp(chosen->value.text, "default"))
		return NULL;
	profile = profile_get(load, chosen->value.text, chosen->value_at);
	items_join(load->region, &load->items, &profile->items);
	return profile;
}

/**
 * load_text() - all layers, from the text of the settings on
 * @load:	the state; its region goes with what is returned
 * @text:	settings, or NULL
 * @top:	origin of @text
 * @links:	whether lan and wan must be there
 */
static struct conf *load_text(struct conf_load *load, const char *text,
			      size_t len, struct conf_origin top, bool links,
			      const struct conf_override *overrides,
			      size_t n_overrides)
{
	struct conf_text source = {
		.load = load,
		.out = &load->items,
		.origin = top,
		.rank = RANK_FILE,
		.scope = KEY_FILE,
	};
	struct conf_profile *profile;
	struct conf_priv *priv;
	struct conf *conf;

	/* Where nothing could be read, all that follows would be noise. */
	if (text && !tree_read(&source, text, len))
		return NULL;
	overrides_read(load, overrides, n_overrides);
	profile = profile_join(load);
	conf = conf_build(load);
	conf_check(conf, load, top, links);
	priv = conf->priv;
	priv->profile = profile;
	priv->profiles = load->profiles;
	return conf;
}

/** finish() - write errors; give the settings out or everything back */
static struct conf *finish(struct conf_load *load, struct conf *conf,
			   FILE *errors)
{
	if (!load->n_errors)
		return conf;
	conf_errors_write(load, errors);
	region_free(load->region);
	return NULL;
}

struct conf *conf_load(const char *path, const struct conf_override *overrides,
		       size_t n_overrides, FILE *errors)
{
	struct conf_load load = {.region = region_new()};
	struct conf_origin top = {.layer = CONF_FILE};
	char why[CONF_WHY_MAX] = "";
	struct conf *conf = NULL;
	char *text = NULL;
	size_t len = 0;

	top.name =
		path ? region_text(load.region, path, strlen(path)) : "lapse";
	if (path)
		text = file_read(load.region, path, &len, why);
	if (path && !text)
		conf_fail(&load, top,
			  "cannot be read: %s; give another with -c", why);
	else
		conf = load_text(&load, text, len, top, path != NULL, overrides,
				 n_overrides);
	if (conf && path)
		conf->path = region_text(load.region, path, strlen(path));
	return finish(&load, conf, errors);
}

struct conf *conf_parse(const char *text, size_t len, const char *name,
			const struct conf_override *overrides,
			size_t n_overrides, FILE *errors)
{
	struct conf_load load = {.region = region_new()};
	struct conf_origin top = {.layer = CONF_FILE};
	struct conf *conf;

	top.name = region_text(load.region, name, strlen(name));
	conf = load_text(&load, text, len, top, false, overrides, n_overrides);
	return finish(&load, conf, errors);
}

void conf_free(struct conf *conf)
{
	struct conf_priv *priv = conf ? conf->priv : NULL;

	/* The region holds @conf as well. */
	if (priv)
		region_free(priv->region);
}
