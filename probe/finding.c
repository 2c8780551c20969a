// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * finding - words for what was found
 */
#include "probe/finding.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include "base/duration.h"

#define BLOCK_MAX     16384 /* a larger range is no sign of a block */
#define BLOCK_SOCKETS 32    /* so many random ports must all be in it */

/** struct list - findings on their way */
struct list {
	const struct probe_result *result;
	struct finding *finding;
	size_t n;
};

/** add() - the next one, not known yet */
static struct finding *add(struct list *list, const char *key)
{
	struct finding *f = &list->finding[list->n++];

	*f = (struct finding){.key = key};
	snprintf(f->seen, sizeof(f->seen), "not known");
	return f;
}

/** names() - "eim or apdm" */
static void names(char *text, size_t size, unsigned set,
		  const char *const *name)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; name[i] && len < size; i++)
		if (set >> i & 1)
			len += (size_t)snprintf(text + len, size - len, "%s%s",
						len ? " or " : "", name[i]);
}

/** all() - the set of all names */
static unsigned all(const char *const *name)
{
	unsigned n = 0;

	while (name[n])
		n++;
	return (1u << n) - 1;
}

/**
 * add_set() - a behaviour
 * @how:	it was found
 * @open:	why it may not have been
 */
static struct finding *add_set(struct list *list, const char *key, unsigned set,
			       const char *const *name, const char *how,
			       const char *open)
{
	struct finding *f = add(list, key);
	char possible[sizeof(f->seen)];
	unsigned first = 0;

	f->set = set;
	f->names = name;
	if (set == all(name))
		snprintf(f->text, sizeof(f->text), "%s", open);
	if (!set || set == all(name))
		return f;
	while (!(set >> first & 1))
		first++;
	names(possible, sizeof(possible), set, name);
	snprintf(f->value, sizeof(f->value), "%s", name[first]);
	snprintf(f->seen, sizeof(f->seen), "%s", possible);
	f->class = infer_single(set) ? "measured" : "assumed";
	snprintf(f->text, sizeof(f->text), "%s%s%s", how,
		 infer_single(set) ? "" : "; not decided, possible are ",
		 infer_single(set) ? "" : possible);
	return f;
}

/** seconds() - "30s", "2.5s", "4.155s", and of what would be none "40ms"; @text
 *  has 32 bytes */
static const char *seconds(uint32_t ms, char text[static 32])
{
	if (ms && ms < 100)
		snprintf(text, 32, "%" PRIu32 "ms", ms);
	else if (ms % 100)
		snprintf(text, 32, "%" PRIu32 ".%03" PRIu32 "s", ms / 1000,
			 ms % 1000);
	else if (ms % 1000)
		snprintf(text, 32, "%" PRIu32 ".%" PRIu32 "s", ms / 1000,
			 ms % 1000 / 100);
	else
		snprintf(text, 32, "%" PRIu32 "s", ms / 1000);
	return text;
}

/** add_timer() - an idle timer, found or bounded */
static void add_timer(struct list *list, const char *key,
		      enum probe_timer_id id, const char *how)
{
	const struct probe_timer *t = &list->result->timer[id];
	struct finding *f = add(list, key);
	char above[32], most[32], misfits[48] = "", way[48] = "";

	f->timer = t;
	seconds(t->fit.above, above);
	seconds(t->fit.most, most);
	if (t->fit.misfits)
		snprintf(misfits, sizeof(misfits), "; %zu of %zu do not fit",
			 t->fit.misfits, t->fit.alive + t->fit.dead);
	if (t->late)
		snprintf(way, sizeof(way), "; answers took %" PRIu32 " ms",
			 t->late);
	if (t->told) {
		uint32_t least = t->told - t->told / 50;

		seconds(ladder_value(least > t->late ? least - t->late : 0,
				     t->told + t->told / 50),
			f->value);
		snprintf(f->seen, sizeof(f->seen), "%s, told by a RST",
			 f->value);
		snprintf(f->text, sizeof(f->text),
			 "%s; a RST came %" PRIu32
			 " ms after the last segment%s",
			 how, t->told, way);
	} else if (t->fit.above && t->fit.most) {
		seconds(ladder_value(t->fit.above, t->fit.most), f->value);
		snprintf(f->seen, sizeof(f->seen), "%s (%s to %s)", f->value,
			 above, most);
		snprintf(f->text, sizeof(f->text),
			 "%s, of %zu flows idle at once: alive after %s, gone "
			 "after %s%s%s%s",
			 how, t->fit.alive + t->fit.dead, above, most, misfits,
			 way,
			 t->age ? "; it runs from the start of the flow" : "");
	} else if (t->fit.above) {
		snprintf(f->value, sizeof(f->value), "%s", above);
		snprintf(f->seen, sizeof(f->seen), "longer than %s", above);
		snprintf(f->text, sizeof(f->text),
			 "lower bound: %s, alive after %s, the longest that "
			 "was waited for%s%s",
			 how, above, misfits, way);
	} else if (t->fit.most) {
		snprintf(f->value, sizeof(f->value), "%s", most);
		snprintf(f->seen, sizeof(f->seen), "at most %s", most);
		snprintf(f->text, sizeof(f->text),
			 "upper bound: %s, gone %s after its start, the "
			 "shortest that was waited for%s%s",
			 how, most, misfits, way);
	} else {
		return;
	}
	f->class = "measured";
}

/** add_pool() - external addresses */
static void add_pool(struct list *list)
{
	const struct probe_result *r = list->result;
	struct finding *f = add(list, "pool-size");

	if (!r->addresses || r->direct)
		return;
	snprintf(f->value, sizeof(f->value), "%zu", r->addresses);
	snprintf(f->seen, sizeof(f->seen), "%zu", r->addresses);
	snprintf(f->text, sizeof(f->text),
		 "lower bound: external addresses seen by %zu sockets",
		 r->sockets);
	f->class = "measured";
}

/** add_block() - a block of ports, if random ports are all near each other */
static void add_block(struct list *list)
{
	const struct probe_result *r = list->result;
	struct finding *f = add(list, "nat.port-block-size");
	unsigned span = (unsigned)(r->port_high - r->port_low) + 1, size = 1;

	if (!r->sockets || r->direct)
		return;
	snprintf(f->seen, sizeof(f->seen), "none seen");
	snprintf(f->text, sizeof(f->text),
		 "external ports of %zu sockets lie between %u and %u",
		 r->sockets, r->port_low, r->port_high);
	if (r->allocation != ALLOC_RANDOM || r->addresses != 1 ||
	    r->sockets < BLOCK_SOCKETS || span > BLOCK_MAX)
		return;
	while (size < span)
		size *= 2;
	snprintf(f->value, sizeof(f->value), "%u", size);
	snprintf(f->seen, sizeof(f->seen), "about %u", size);
	snprintf(f->text, sizeof(f->text),
		 "assumed: all %zu external ports lie between %u and %u, and "
		 "blocks are powers of two",
		 r->sockets, r->port_low, r->port_high);
	f->class = "assumed";
}

/** why_open() - without a NAT there is nothing to find */
static const char *why_open(const struct probe_result *r, const char *why)
{
	return r->direct ? "there is no NAT: each socket is seen with its own "
			   "address and port"
			 : why;
}

size_t finding_list(const struct probe_result *result,
		    struct finding finding[static FINDINGS])
{
	const struct probe_result *r = result;
	struct list list = {r, finding, 0};
	static const char few[] = "too few answers came from the server";

	add_pool(&list);
	add_set(&list, "nat.mapping", r->mapping, infer_names_mapping,
		"UDP, external endpoints to several remotes compared",
		why_open(r, r->kept ? "each external port is the internal "
				      "one, so that all mappings look alike; a "
				      "second --local address may decide"
				    : few));
	add_set(&list, "nat.filtering", r->filtering, infer_names_filtering,
		"UDP, from which remotes an answer came through", few);
	add_set(&list, "nat.port-allocation", r->allocation,
		infer_names_allocation,
		"UDP, ports of sockets opened one after another",
		why_open(r, few));
	add_set(&list, "nat.address-pooling", r->pooling, infer_names_pooling,
		"UDP, external addresses compared", why_open(r, few));
	add_block(&list);
	add_set(&list, "nat.hairpin", r->hairpin, infer_names_hairpin,
		"UDP, two sockets by way of their external endpoints",
		why_open(r, "nothing came, which shows nothing unless mapping "
			    "or filtering is endpoint-independent"));
	add_set(&list, "nat.refresh", r->refresh, infer_names_refresh,
		"UDP, flows with one packet in their idle time",
		"UDP's timer is unknown, or too near to the longest that was "
		"tried");
	add_timer(&list, "nat.udp-initial-timeout", PROBE_TIMER_INITIAL,
		  "after one packet outbound");
	add_timer(&list, "nat.udp-timeout", PROBE_TIMER_UDP,
		  "after packets both ways");
	add_timer(&list, "nat.tcp-idle-timeout", PROBE_TIMER_TCP,
		  "established, after data both ways");
	add_set(&list, "nat.expiry-notify", r->notify, infer_names_notify,
		"TCP, who met a RST when the timer ran out",
		r->expiry.dead ? "too few have expired while the way to the "
				 "server worked"
			       : "no connection has expired");
	add_set(&list, "nat.stray-outbound", r->stray, infer_names_stray,
		"TCP, what the client's next segment met after expiry",
		r->expiry.told_inside
			? "a RST had ended the client's connection before"
		: r->expiry.dead ? "the way to the server did not work then"
				 : "no connection has expired");
	return list.n;
}

/** meta() - title and date */
static void meta(const struct probe_result *r, FILE *out)
{
	fprintf(out,
		"# Written by lapse probe; what is not here could not be "
		"measured.\n"
		"%s"
		"title: \"Measured on %s against %s%s\"\n"
		"date: %s\n",
		r->direct ? "# No address was translated: this is a firewall, "
			    "or no NAT at all.\n"
			  : "",
		r->date, r->server, r->interrupted ? ", interrupted" : "",
		r->date);
}

void finding_profile(const struct probe_result *result, FILE *out)
{
	struct finding finding[FINDINGS];
	size_t n = finding_list(result, finding), known = 0;

	for (size_t i = 1; i < n; i++)
		known += finding[i].class != NULL;
	meta(result, out);
	if (finding[0].class)
		fprintf(out, "pool-size: %s\n", finding[0].value);
	fputs(known ? "nat:\n" : "nat: {}\n", out);
	for (size_t i = 1; i < n; i++)
		if (finding[i].class)
			fprintf(out, "  %s: %s\n",
				strchr(finding[i].key, '.') + 1,
				finding[i].value);
	fputs(known || finding[0].class ? "sources:\n" : "", out);
	for (size_t i = 0; i < n; i++)
		if (finding[i].class)
			fprintf(out,
				"  %s:\n    class: %s\n    text: \"%s, %s\"\n",
				finding[i].key, finding[i].class,
				finding[i].text, result->date);
}
