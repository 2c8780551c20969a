// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * yaml - from text to a tree of plain lists, maps and scalars
 *
 * Twice over the text: first by events, which alone show anchors, aliases and
 * tags, and which can be counted; then by the document API.
 */
#include "conf/internal.h"

#include <string.h>

struct conf_origin yaml_at(const struct conf_text *source, yaml_mark_t mark)
{
	struct conf_origin at = source->origin;

	if (at.layer == CONF_SET)
		return at;
	at.line = (unsigned)mark.line + 1;
	at.column = (unsigned)mark.column + 1;
	return at;
}

/** offset_mark() - line and column of a byte */
static yaml_mark_t offset_mark(const char *text, size_t len, size_t offset)
{
	yaml_mark_t mark = {0};

	for (size_t i = 0; i < offset && i < len; i++) {
		mark.column++;
		if (text[i] != '\n')
			continue;
		mark.line++;
		mark.column = 0;
	}
	return mark;
}

/** parser_fail() - add the error that stopped libyaml */
static void parser_fail(struct conf_text *source, const yaml_parser_t *parser,
			const char *text, size_t len)
{
	const char *problem = parser->problem ? parser->problem : "bad YAML";
	yaml_mark_t mark = parser->problem_mark;

	/* The reader, which sees bytes only, knows no lines. */
	if (parser->error == YAML_READER_ERROR)
		mark = offset_mark(text, len, parser->problem_offset);
	else if (parser->context)
		problem = region_print(source->load->region, "%s %s", problem,
				       parser->context);
	conf_fail(source->load, yaml_at(source, mark), "bad YAML: %s", problem);
}

/** struct scan - the state of the first pass */
struct scan {
	size_t depth;
	size_t nodes;
	size_t documents;
	bool plain;
};

/** scan_refuse() - add an error for something that is not plain */
static void scan_refuse(struct conf_text *source, struct scan *scan,
			const yaml_event_t *event, const char *what)
{
	conf_fail(source->load, yaml_at(source, event->start_mark), "%s", what);
	scan->plain = false;
}

/** scan_node() - look at a value's decorations, and count it */
static void scan_node(struct conf_text *source, struct scan *scan,
		      const yaml_event_t *event, const yaml_char_t *anchor,
		      const yaml_char_t *tag)
{
	scan->nodes++;
	if (anchor)
		scan_refuse(source, scan, event,
			    "anchors (&) are not supported; write the value "
			    "out where it is needed");
	if (tag)
		scan_refuse(source, scan, event,
			    "tags (!) are not supported; leave it away, every "
			    "value is read as text");
}

/** scan_event() - one event; false at the end */
static bool scan_event(struct conf_text *source, struct scan *scan,
		       const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_STREAM_END_EVENT:
		return false;
	case YAML_DOCUMENT_START_EVENT:
		if (++scan->documents == 2)
			scan_refuse(source, scan, event,
				    "a second document begins; write one");
		break;
	case YAML_ALIAS_EVENT:
		scan_refuse(source, scan, event,
			    "aliases (*) are not supported; write the value "
			    "out, or in quotes if it begins with *");
		break;
	case YAML_SCALAR_EVENT:
		scan_node(source, scan, event, event->data.scalar.anchor,
			  event->data.scalar.tag);
		if (memchr(event->data.scalar.value, 0,
			   event->data.scalar.length))
			scan_refuse(source, scan, event,
				    "a NUL character in a value; take it away");
		break;
	case YAML_SEQUENCE_START_EVENT:
		scan_node(source, scan, event,
			  event->data.sequence_start.anchor,
			  event->data.sequence_start.tag);
		scan->depth++;
		break;
	case YAML_MAPPING_START_EVENT:
		scan_node(source, scan, event, event->data.mapping_start.anchor,
			  event->data.mapping_start.tag);
		scan->depth++;
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		scan->depth--;
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	default:
		break;
	}
	if (scan->depth > CONF_DEPTH_MAX || scan->nodes > CONF_NODES_MAX) {
		conf_fail(source->load, yaml_at(source, event->start_mark),
			  scan->depth > CONF_DEPTH_MAX
				  ? "nested deeper than %d levels"
				  : "more than %d keys and values",
			  scan->depth > CONF_DEPTH_MAX ? CONF_DEPTH_MAX
						       : CONF_NODES_MAX);
		scan->plain = false;
		return false;
	}
	return true;
}

/** scan() - the first pass; false if the text must not be loaded */
static bool scan(struct conf_text *source, const char *text, size_t len)
{
	struct scan state = {.plain = true};
	size_t errors = source->load->n_errors;
	yaml_parser_t parser;
	bool more = true;

	if (!yaml_parser_initialize(&parser)) {
		conf_fail(source->load, source->origin, "out of memory");
		return false;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	while (more) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			/* After a syntax error only that one. */
			source->load->n_errors = errors;
			parser_fail(source, &parser, text, len);
			state.plain = false;
			break;
		}
		more = scan_event(source, &state, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return state.plain;
}

bool yaml_open(struct conf_text *source, const char *text, size_t len,
	       yaml_document_t *document)
{
	yaml_parser_t parser;
	bool loaded;

	if (len > CONF_FILE_MAX) {
		conf_fail(source->load, source->origin,
			  "larger than %d bytes; settings are not that long",
			  CONF_FILE_MAX);
		return false;
	}
	if (!scan(source, text, len))
		return false;
	if (!yaml_parser_initialize(&parser)) {
		conf_fail(source->load, source->origin, "out of memory");
		return false;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	loaded = yaml_parser_load(&parser, document);
	if (!loaded)
		parser_fail(source, &parser, text, len);
	yaml_parser_delete(&parser);
	return loaded;
}
