#include "text/parts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "part_line.h"

enum {
    LEVELS = 8,    /* quoted deeper than this is as deep as the last */
    FEW_WORDS = 4, /* above what was sent on they say nothing of their own */
    MANY_WORDS = FEW_WORDS + 1
};

/* What was said at one level. */
struct said {
    unsigned words; /* that are no greeting and do not point at what follows; up to MANY_WORDS */
    bool points;    /* "see below" */
};

struct finder {
    struct parts *parts;
    struct str body;
    size_t at;
    unsigned depth, depth_marks; /* of history without marks, and the marks it stands behind */
    bool introduced;             /* the line before said that history follows */
    bool brief;                  /* of one paragraph only */
    bool forwarded;
    bool quoted;         /* something is quoted at all */
    size_t footer_tried; /* up to here no footer begins */
};

void parts_free(struct parts *parts)
{
    free(parts->items);
    *parts = (struct parts){ 0 };
}

/* The message goes on to `to` as this. */
static void extend(struct finder *finder, size_t to, enum part_kind kind, unsigned level)
{
    finder->quoted |= level > 0;
    struct parts *parts = finder->parts;
    struct part *last = parts->count > 0 ? &parts->items[parts->count - 1] : NULL;
    if (last && last->kind == kind && last->level == level) {
        last->to = (uint32_t)to;
        return;
    }
    if (parts->count == parts->capacity) {
        parts->capacity = parts->capacity ? 2 * parts->capacity : 16;
        parts->items = mem_resize(parts->items, parts->capacity, sizeof(*parts->items));
        last = parts->count > 0 ? &parts->items[parts->count - 1] : NULL;
    }
    parts->items[parts->count++] =
        (struct part){ last ? last->to : 0, (uint32_t)to, kind, (uint8_t)level };
}

/* -- what is said ---------------------------------------------------------------------------- */

/* Greetings and words that only point at what is sent on. */
static const struct filler {
    char text[16];
    bool points;
} fillers[] = {
    { "hi", false },        { "hello", false },      { "hey", false },     { "dear", false },
    { "team", false },      { "all", false },        { "sir", false },     { "madam", false },
    { "or", false },        { "support", false },    { "please", false },  { "pls", false },
    { "the", false },       { "this", false },       { "message", false }, { "email", false },
    { "mail", false },      { "attached", false },   { "from", false },    { "for", false },
    { "your", false },      { "information", true }, { "fyi", true },      { "fwd", true },
    { "fw", true },         { "see", false },        { "below", true },    { "following", true },
    { "forwarding", true }, { "forwarded", true },   { "forward", true },  { "您好", false },
    { "你好", false },      { "大家好", false },     { "各位", false },    { "请", false },
    { "請", false },        { "看", false },         { "一下", false },    { "下面", true },
    { "以下", true },       { "如下", true },        { "见下", true },     { "見下", true },
    { "下方", true },       { "转发", true },        { "轉發", true },     { "转给", true },
    { "附件", true },       { "供参考", true },      { "查收", true },     { "查看", false },
    { "邮件", false },      { "郵件", false },       { "客服", false },    { "领导", false },
    { "的", false },
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The filler that `text` begins with, as a whole word; NULL: none. */
static const struct filler *filler_at(struct str text)
{
    for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
        struct str word = str_from(fillers[i].text);
        if (text.size < word.size || !str_equal_nocase((struct str){ text.data, word.size }, word))
            continue;
        if (!is_letter(word.data[0]) || text.size == word.size || !is_letter(text.data[word.size]))
            return &fillers[i];
    }
    return NULL;
}

/* "Dear Ms Miller," */
static bool is_greeting(struct str text)
{
    static const struct str words[] = {
        { "hi ", 3 }, { "hello ", 6 }, { "dear ", 5 }, { "hey ", 4 }
    };
    static const struct str respected = { "尊敬的", 9 };
    if (text.size > 40 || !(text.data[text.size - 1] == ',' || text.data[text.size - 1] == ':'))
        return str_starts(text, respected) && text.size < 60;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (text.size > words[i].size &&
            str_equal_nocase((struct str){ text.data, words[i].size }, words[i]))
            return memchr(text.data, ',', text.size - 1) == NULL;
    return str_starts(text, respected);
}

static size_t character_size(char first)
{
    unsigned char c = (unsigned char)first;
    return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Is it a mark of Chinese or general punctuation, or a symbol? */
static bool is_mark(struct str text)
{
    static const struct str marks[] = {
        { "\xe2", 1 }, { "\xe3\x80", 2 }, { "，", 3 }, { "！", 3 },
        { "？", 3 },   { "：", 3 },       { "；", 3 }, { "\xc2", 1 }
    };
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (str_starts(text, marks[i]))
            return true;
    return false;
}

/* English words and Chinese characters beyond fillers. Ends as soon as there are many. */
static void hear(struct said *said, struct str text)
{
    if (said->words >= MANY_WORDS || text.size == 0 || is_greeting(text))
        return;
    for (size_t at = 0; at < text.size && said->words < MANY_WORDS;) {
        struct str rest = { text.data + at, text.size - at };
        bool ascii = (unsigned char)rest.data[0] < 0x80;
        if (ascii ? !is_letter(rest.data[0]) : is_mark(rest)) {
            at += character_size(rest.data[0]);
            continue;
        }
        const struct filler *filler = filler_at(rest);
        if (filler) {
            said->points |= filler->points;
            at += strlen(filler->text);
            continue;
        }
        said->words++;
        at += character_size(rest.data[0]);
        while (ascii && at < text.size && (is_letter(text.data[at]) || text.data[at] == '\''))
            at++;
    }
}

/* -- lines ----------------------------------------------------------------------------------- */

static unsigned level_of(const struct finder *finder, const struct line *line)
{
    unsigned level = line->marks;
    if (line->marks >= finder->depth_marks)
        level += finder->depth;
    return level < LEVELS ? level : LEVELS - 1;
}

static bool is_marked_behind(struct str body, size_t at, unsigned marks)
{
    struct line line = { .marks = 0 };
    for (int blank = 0; blank < 4 && line_at(body, at, &line) && line.text.size == 0; blank++)
        at = line.to;
    return line.marks > marks;
}

/* What follows `to` is older by one message. Quote marks there will tell it by themselves. */
static void go_deeper(struct finder *finder, const struct line *line, size_t to)
{
    if (finder->introduced || is_marked_behind(finder->body, to, line->marks))
        return;
    if (finder->depth == 0)
        finder->depth_marks = line->marks;
    if (finder->depth < LEVELS)
        finder->depth++;
}

/* What a few words introduced is over: the writer goes on. */
static void end_brief(struct finder *finder)
{
    finder->depth -= finder->brief;
    finder->brief = false;
}

/* Lines that introduce history belong to it. Returns where they end; `line->from` if it is none. */
static size_t take_introduction(struct finder *finder, const struct line *line, enum line_kind kind)
{
    bool alone = kind == LINE_HISTORY || kind == LINE_FORWARDED, brief = false;
    size_t lines = alone                 ? 1
                   : kind == LINE_SENDER ? line_headers(finder->body, line)
                                         : line_attribution(finder->body, line, &brief);
    size_t to = line->from;
    struct line next;
    for (size_t i = 0; i < lines && line_at(finder->body, to, &next); i++)
        to = next.to;
    if (lines == 0)
        return to;
    end_brief(finder);
    unsigned before = level_of(finder, line);
    finder->forwarded |= kind == LINE_FORWARDED && before == 0;
    go_deeper(finder, line, to);
    finder->brief = brief && level_of(finder, line) > before;
    unsigned level = level_of(finder, line);
    bool as_marked = level == before && !finder->introduced && level + 1 < LEVELS;
    extend(finder, to, PART_INTRODUCTION, as_marked ? level + 1 : level);
    finder->introduced = alone;
    return to;
}

/* The end of the signature or footer that begins with this line; its beginning if none does. */
static size_t take_ending(struct finder *finder, const struct line *line, enum line_kind kind)
{
    size_t to = line->from;
    enum part_kind part = PART_SIGNATURE;
    switch (kind) {
    case LINE_CLOSING:
    case LINE_DELIMITER:
        to = line_signature_end(finder->body, line, kind);
        break;
    case LINE_DEVICE:
        to = line->to;
        break;
    case LINE_NOTICE:
    case LINE_NOTICE_IF:
        part = PART_FOOTER;
        if (line->from >= finder->footer_tried &&
            !line_is_footer(finder->body, line, kind, &finder->footer_tried))
            return line->from;
        to = finder->footer_tried > line->from ? finder->footer_tried : line->from;
        break;
    default:
        break;
    }
    if (to > line->from)
        extend(finder, to, part, level_of(finder, line));
    return to;
}

/* "Thanks. On …, X wrote: …": the line ends in front of what was said before. */
static bool take_inside(struct finder *finder, const struct line *line)
{
    size_t from, behind;
    if (!line_history_inside(line, &from, &behind))
        return false;
    size_t text = (size_t)(line->text.data - finder->body.data);
    if (from > 0)
        extend(finder, text + from, PART_OWN, level_of(finder, line));
    finder->at = text + behind;
    go_deeper(finder, line, finder->at);
    extend(finder, finder->at, PART_INTRODUCTION, level_of(finder, line));
    return true;
}

static void take_line(struct finder *finder, const struct line *line)
{
    if (line->marks < finder->depth_marks) {
        finder->depth = finder->depth_marks = 0;
        finder->brief = false;
    }
    finder->at = line->to;
    if (line->text.size == 0) {
        size_t count = finder->parts->count;
        const struct part *last = count > 0 ? &finder->parts->items[count - 1] : NULL;
        bool goes_on = last && last->kind != PART_INTRODUCTION;
        extend(finder, line->to, goes_on ? last->kind : PART_OWN, last ? last->level : 0);
        if (goes_on)
            end_brief(finder);
        return;
    }
    enum line_kind kind = line_kind(line->text);
    size_t to = take_introduction(finder, line, kind);
    if (to == line->from) {
        finder->introduced = false;
        to = take_ending(finder, line, kind);
    }
    if (to > line->from) {
        finder->at = to;
        return;
    }
    if (take_inside(finder, line))
        return;
    extend(finder, line->to, PART_OWN, level_of(finder, line));
    if (finder->brief && !line_goes_on(line->text))
        end_brief(finder);
}

/* The first level at which something is said: a message that only points at what it sends on
 * leaves the word to that. */
static unsigned own_level(const struct finder *finder)
{
    struct said said[LEVELS] = { 0 };
    struct line line;
    for (size_t i = 0; i < finder->parts->count; i++) {
        const struct part *part = &finder->parts->items[i];
        struct str body = { finder->body.data, part->to }; /* it may end within a line */
        for (size_t at = part->from; part->kind == PART_OWN && line_at(body, at, &line);
             at = line.to)
            hear(&said[part->level], line.text);
    }
    for (unsigned level = 0; level < LEVELS; level++) {
        bool points = said[level].points || (level == 0 && finder->forwarded);
        if (said[level].words > (points ? (unsigned)FEW_WORDS : 0))
            return level;
    }
    return 0;
}

static bool is_forwarded(struct str subject)
{
    static const struct str prefixes[] = { { "fw:", 3 },  { "fwd:", 4 }, { "wg:", 3 },
                                           { "转发", 6 }, { "轉寄", 6 }, { "fw：", 5 },
                                           { "fwd：", 6 } };
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (subject.size > prefixes[i].size &&
            str_equal_nocase((struct str){ subject.data, prefixes[i].size }, prefixes[i]))
            return true;
    return false;
}

/* Neighbours that became alike are joined. */
static void settle(struct parts *parts, unsigned own)
{
    size_t kept = 0;
    for (size_t i = 0; i < parts->count; i++) {
        struct part part = parts->items[i];
        if (part.level > own)
            part.kind = PART_QUOTED;
        else if (part.kind == PART_INTRODUCTION)
            part.kind = PART_OWN;
        if (kept > 0 && parts->items[kept - 1].kind == part.kind)
            parts->items[kept - 1].to = part.to;
        else
            parts->items[kept++] = part;
    }
    parts->count = kept;
}

void parts_find(struct parts *parts, struct str subject, struct str body)
{
    struct finder finder = { .parts = parts, .body = body, .forwarded = is_forwarded(subject) };
    struct line line;
    parts->count = 0;
    while (line_at(body, finder.at, &line))
        take_line(&finder, &line);
    if (finder.quoted)
        settle(parts, own_level(&finder));
}

enum part_kind parts_kind(const struct parts *parts, uint32_t from, uint32_t to)
{
    size_t low = 0, high = parts->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (parts->items[middle].to <= from)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == parts->count)
        return PART_OWN;
    for (size_t i = low; i < parts->count && parts->items[i].from < to; i++)
        if (parts->items[i].kind == PART_OWN)
            return PART_OWN;
    return parts->items[low].kind;
}
