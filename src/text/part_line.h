/* What a line of a message is to those that surround it. Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

struct line {
    struct str text; /* without quote marks, trimmed */
    size_t from, to; /* the whole line in the body, its end included */
    unsigned marks;  /* how many > stand before it */
};
/* The line at `at`; false at the end of the body. */
bool line_at(struct str body, size_t at, struct line *line);

/* Without the dashes, stars and colons that it begins with. */
struct str line_undecorated(struct str text);
/* Does it tell what happened, or who writes? No name, title or device does. */
bool line_tells(struct str text);

enum line_kind {
    LINE_TEXT,
    LINE_HISTORY,   /* "-----Original Message-----": what follows is quoted */
    LINE_FORWARDED, /* "Begin forwarded message:": likewise, and it was sent on */
    LINE_SENDER,    /* "From: …": the first of a block of headers, if others follow */
    LINE_CLOSING,   /* "Best regards": a name follows */
    LINE_DELIMITER, /* "-- " */
    LINE_DEVICE,    /* "Sent from my phone" */
    LINE_NOTICE,    /* begins a legal footer, whatever follows */
    LINE_NOTICE_IF  /* may begin one: see line_is_footer */
};
enum line_kind line_kind(struct str text);

/* How many lines from this one on say that somebody wrote what follows ("On …, … wrote:"), or are
 * the headers of a mail. 0: none. `*brief`: it names neither day nor address ("You wrote:"), so
 * that only what line_goes_on is surely another's. */
size_t line_attribution(struct str body, const struct line *line, bool *brief);
size_t line_headers(struct str body, const struct line *line);

/* Does history begin within the line, as when its line ends were lost? `*from`: where in
 * line->text;
 * `*behind`: where what was said begins there. */
bool line_history_inside(const struct line *line, size_t *from, size_t *behind);

/* Was the line only wrapped, so that the next one belongs to its paragraph? */
bool line_goes_on(struct str text);

/* Where the signature that begins behind `line` (LINE_CLOSING, LINE_DELIMITER) ends; line->to when
 * what follows is no signature. */
size_t line_signature_end(struct str body, const struct line *line, enum line_kind kind);

/* Is the paragraph that begins with this line a legal footer? `*to` is its end either way. */
bool line_is_footer(struct str body, const struct line *line, enum line_kind kind, size_t *to);
