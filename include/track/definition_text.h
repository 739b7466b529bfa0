/* Definitions as text and back: self-contained JSON, so that a ticket's promise outlives the
 * configuration that made it. */
#pragma once

#include "track/definition.h"

struct definition_terms {
    bool is_sla;
    union {
        struct sla_terms sla;
        struct ladder_terms ladder;
    };
};

/* config->slas[index] with the targets it takes over: where an SLA names none for a band, the last
 * one, which matches everything, fills in. */
void definition_sla_text(const struct config *config, size_t index, struct buf *out);
void definition_ladder_text(const struct config *config, size_t index, struct buf *out);

/* Strings and lists live in `arena`; matchers are released by definition_terms_close. */
bool definition_terms_parse(struct str text, struct arena *arena, struct definition_terms *terms,
                            struct error *err);
void definition_terms_close(struct definition_terms *terms);
