/* What the parts of explain share: a page in one language, and how to write on it. */
#pragma once

#include "base/zone.h"
#include "json/json.h"
#include "explain_words.h"

enum { PAGE_QUOTE = 240 }; /* bytes of a quotation */

struct page {
    const struct config *config;
    enum explain_language language;
    struct arena *arena;
    struct zone *zone; /* NULL: times are shown as they are */
    struct buf *out;
};

/* In the page's arena; NULL for what is absent or no JSON. */
const cJSON *page_parse(struct page *page, struct str text);
bool page_has(const cJSON *object, struct str name);   /* there, and not null */
int page_number(const cJSON *object, struct str name); /* 0: none */

void page_word(struct page *page, enum word word);
void page_text(struct page *page, struct str text);
/* The member's scalar, as text. */
void page_member(struct page *page, const cJSON *object, struct str name);
/* ", " and the member; nothing where there is none. */
void page_member_if(struct page *page, const cJSON *object, struct str name);
/* A word of the records, such as a type or a trigger, in the reader's language. */
void page_term(struct page *page, struct str term);
/* The member's RFC 3339 time on the configured zone's clock. */
void page_time(struct page *page, const cJSON *object, struct str name);
/* Filled up to so many columns of a terminal. */
void page_padded(struct page *page, struct str text, size_t columns);
/* On one line; cut on a character boundary. */
void page_quote(struct page *page, struct str text, size_t size);
/* "Quality (quality)" in the reader's language. */
void page_department(struct page *page, struct str slug);

/* explain_judgement.c */
void explain_score(struct page *page, const cJSON *decision);
void explain_route(struct page *page, const cJSON *decision, const struct actions *actions);
