/* The configuration's documentation, generated from its rows: docs/config.md, ombud.yaml(5),
 * `ombudctl help config KEY` and docs/schemas/config.schema.json. */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* The whole page. */
void config_reference_markdown(struct buf *out);
/* ombud.yaml(5), for scdoc. */
void config_reference_man(struct buf *out);
/* What one key means, for a terminal: "workers", "score.caps.text", "slas.response"; of a list or
 * map the item needs no name. An empty key lists the top. False + err, with a suggestion, when
 * there is no such key. */
bool config_reference_key(struct str key, struct buf *out, struct error *err);
/* JSON Schema, draft 2020-12, for editors that check YAML. */
void config_reference_schema(struct buf *out);
