#include "unread.h"

#include <string.h>

enum { WORD_MAX = 30 };           /* bytes: longer ones are keys */
enum { SHOWN = 3, AT_MAX = 100 }; /* of a warning: places, and bytes of each */

/* Where the search stands: an item and what holds it. */
struct step {
    const cJSON *item;
    size_t index; /* of an item of an array */
    const struct step *up;
};

struct finder {
    const struct unread_search *search;
    struct unread_list found;
    size_t room;
};

static bool is_letter(unsigned char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Letters of scripts that write without blanks: kana, hangul and Han, three bytes each. */
static bool is_dense(const unsigned char *p, const unsigned char *end)
{
    return end - p >= 3 && ((p[0] == 0xE3 && p[1] >= 0x81) || (p[0] >= 0xE4 && p[0] <= 0xED));
}

/* Marks and full-width forms, three bytes each: 。，「“ and the like. */
static bool is_mark(const unsigned char *p, const unsigned char *end)
{
    return end - p >= 3 && (p[0] == 0xE2 || p[0] == 0xE3 || p[0] == 0xEF);
}

static bool is_word(size_t letters, size_t size)
{
    return letters >= 2 && size <= WORD_MAX && letters * 3 >= size * 2;
}

/* How many words `text` has, as far as `enough`. A word is a run of letters between blanks, not an
 * address or a key; three dense letters count as two words. */
static unsigned count_words(struct str text, unsigned enough)
{
    const unsigned char *p = (const unsigned char *)text.data, *end = p + text.size;
    size_t words = 0, dense = 0;

    while (p < end && words + dense * 2 / 3 < enough) {
        size_t letters = 0, size = 0;
        for (; p < end && ' ' < *p; p++, size++) {
            if (is_dense(p, end)) {
                dense++;
                p += 2;
                break;
            }
            if (is_mark(p, end))
                p += 2;
            else
                letters += is_letter(*p) || *p >= 0x80;
        }
        words += is_word(letters, size);
        p += p < end;
    }
    words += dense * 2 / 3;
    return words < enough ? (unsigned)words : enough;
}

static bool is_settled(const struct unread_search *search, const cJSON *item)
{
    for (size_t i = 0; i < search->settled_count; i++) {
        if (search->settled[i] == item)
            return true;
    }
    return false;
}

static bool is_known(const struct unread_search *search, const struct step *step)
{
    for (; step; step = step->up) {
        if (search->known(search->arg, step->item))
            return true;
    }
    return false;
}

/* The pointer to where `step` stands. */
static void add_pointer(struct buf *out, const struct step *step)
{
    if (!step->up)
        return;
    add_pointer(out, step->up);
    buf_add_char(out, '/');
    if (!step->item->string) {
        buf_printf(out, "%zu", step->index);
        return;
    }
    for (const char *c = step->item->string; *c; c++) {
        if (*c == '~' || *c == '/')
            buf_add_str(out, *c == '~' ? STR("~0") : STR("~1"));
        else
            buf_add_char(out, *c);
    }
}

static void add_text(struct finder *finder, const struct step *step)
{
    struct arena *arena = finder->search->arena;
    struct unread_list *found = &finder->found;
    struct buf at = { 0 };

    found->texts =
        arena_grow(arena, found->texts, found->count, &finder->room, sizeof(*found->texts));
    add_pointer(&at, step);
    struct str text = json_string(step->item);
    found->texts[found->count++] =
        (struct unread){ .at = arena_copy(arena, buf_str(&at)),
                         .text = text,
                         .long_enough = count_words(text, UNREAD_WARNED) == UNREAD_WARNED };
    buf_free(&at);
}

/* As deep as JSON_DEPTH_MAX. */
static void walk(struct finder *finder, const struct step *step)
{
    const struct unread_search *search = finder->search;
    struct step below = { .up = step };

    if (cJSON_IsString(step->item)) {
        if (count_words(json_string(step->item), search->least) == search->least &&
            !is_settled(search, step->item) && !is_known(search, step))
            add_text(finder, step);
        return;
    }
    if (!step->item->child || is_settled(search, step->item))
        return;
    for (const cJSON *item = step->item->child; item; item = item->next, below.index++) {
        below.item = item;
        walk(finder, &below);
    }
}

struct unread_list unread_find(const cJSON *root, const struct unread_search *search)
{
    struct finder finder = { .search = search };
    const struct step top = { .item = root };

    walk(&finder, &top);
    return finder.found;
}

void unread_warn(const struct unread_list *list, struct warnings *warnings)
{
    struct buf others = { 0 };

    if (list->count == 0)
        return;
    for (size_t i = 1; i < list->count && i < SHOWN; i++) {
        buf_add_str(&others, i > 1 ? STR(", ") : STR(" (also at "));
        buf_add_str(&others, utf8_prefix(list->texts[i].at, AT_MAX));
    }
    if (list->count > SHOWN)
        buf_printf(&others, " and %zu more", list->count - SHOWN);
    if (list->count > 1)
        buf_add_char(&others, ')');
    struct str at = utf8_prefix(list->texts[0].at, AT_MAX);
    warnings_add(warnings, "%.*s: words that nothing reads%s", STR_ARG(at), buf_text(&others));
    buf_free(&others);
}

static bool takes(struct str parent, const cJSON *object, const cJSON *item)
{
    enum shape shape;

    for (const cJSON *member = object ? object->child : NULL; member; member = member->next) {
        if (member == item)
            return event_field_shape(parent, json_name(item), &shape) && shape != SHAPE_CUSTOMER;
    }
    return false;
}

bool unread_is_field(const cJSON *object, const cJSON *item)
{
    return takes(STR(""), object, item) ||
           takes(STR("customer"), json_get(object, STR("customer")), item);
}

static bool is_field(void *root, const cJSON *item)
{
    return unread_is_field(root, item);
}

void event_unread(const cJSON *root, struct warnings *warnings)
{
    const struct unread_search search = {
        .least = UNREAD_WARNED, .known = is_field, .arg = (void *)root, .arena = warnings->arena
    };
    struct unread_list list = unread_find(root, &search);
    unread_warn(&list, warnings);
}
