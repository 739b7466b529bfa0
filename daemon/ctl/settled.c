#include "ctl/settled.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define VERSION "1 "

void settled_free(struct settled *settled)
{
    free(settled->runs);
    *settled = (struct settled){ 0 };
}

/* Runs that touch become one. */
static void add_run(struct settled *settled, int64_t from, int64_t to)
{
    if (settled->count > 0 && settled->runs[settled->count - 1].to >= from) {
        if (to > settled->runs[settled->count - 1].to)
            settled->runs[settled->count - 1].to = to;
        return;
    }
    if (settled->count == settled->capacity) {
        settled->capacity = settled->capacity ? 2 * settled->capacity : 16;
        settled->runs = mem_resize(settled->runs, settled->capacity, sizeof(*settled->runs));
    }
    settled->runs[settled->count++] = (struct settled_run){ from, to };
}

/* A number in the 36 digits that are shortest as text. */
static void put_number(struct buf *text, int64_t number)
{
    char digits[16];
    size_t size = 0;
    do {
        digits[size++] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
        number /= 36;
    } while (number > 0);
    while (size > 0)
        buf_add_char(text, digits[--size]);
}

/* Reads one and the character behind it, which must be `end`; at the text's end none need be. */
static bool take_number(struct str *text, char end, int64_t *number)
{
    size_t at = 0;
    *number = 0;
    for (; at < text->size; at++) {
        char c = text->data[at];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : -1;
        if (digit < 0)
            break;
        if (*number > (INT64_MAX - digit) / 36)
            return false;
        *number = *number * 36 + digit;
    }
    if (at == 0 || (at < text->size && text->data[at] != end))
        return false;
    at += at < text->size;
    *text = (struct str){ text->data + at, text->size - at };
    return true;
}

void settled_text(const struct settled *settled, struct buf *text)
{
    int64_t at = settled->base;
    if (settled->count == 0)
        return;
    buf_printf(text, VERSION);
    for (size_t i = 0; i < settled->count; i++) {
        put_number(text, settled->runs[i].from - at);
        buf_add_char(text, '+');
        put_number(text, settled->runs[i].to - settled->runs[i].from);
        if (i + 1 < settled->count)
            buf_add_char(text, ',');
        at = settled->runs[i].to;
    }
}

bool settled_read(struct settled *settled, int64_t offset, struct str text, int64_t begin,
                  struct error *err)
{
    settled->base = offset < 0 ? begin : offset;
    if (str_empty(text))
        return true;
    int64_t at = settled->base, gap, size;
    struct str rest = text;
    if (!str_starts(text, STR(VERSION)))
        return error_set(err, "the group's metadata is not of this command: '%.*s'",
                         STR_ARG(utf8_prefix(text, 40)));
    rest.data += sizeof(VERSION) - 1;
    rest.size -= sizeof(VERSION) - 1;
    while (rest.size > 0) {
        if (!take_number(&rest, '+', &gap) || !take_number(&rest, ',', &size) ||
            gap > INT64_MAX - at - size || size == 0)
            return error_set(err, "the group's metadata is damaged");
        add_run(settled, at + gap, at + gap + size);
        at += gap + size;
    }
    return true;
}

bool settled_has(const struct settled *settled, int64_t offset)
{
    if (offset < settled->base)
        return true;
    for (size_t i = 0; i < settled->count; i++) {
        if (offset >= settled->runs[i].from && offset < settled->runs[i].to)
            return true;
    }
    return false;
}

void settling_begin(struct settling *settling, const struct settled *before)
{
    *settling = (struct settling){ .next.base = before->base };
}

void settling_pass(struct settling *settling, int64_t offset, bool settled)
{
    struct settled *next = &settling->next;
    if (!settled) {
        if (!settling->left)
            next->base = offset;
        settling->left = true;
        settling->in_a_run = false;
    } else if (!settling->left) {
        next->base = offset + 1;
    } else if (settling->in_a_run) {
        next->runs[next->count - 1].to = offset + 1;
    } else {
        add_run(next, offset, offset + 1);
        settling->in_a_run = true;
    }
}

void settling_end(const struct settling *settling, const struct settled *before, int64_t behind,
                  struct settled *next)
{
    *next = (struct settled){ .base = settling->next.base };
    for (size_t i = 0; i < settling->next.count; i++)
        add_run(next, settling->next.runs[i].from, settling->next.runs[i].to);
    for (size_t i = 0; i < before->count; i++) {
        struct settled_run run = before->runs[i];
        run.from = run.from > behind ? run.from : behind;
        run.from = run.from > next->base ? run.from : next->base;
        if (run.from >= run.to)
            continue;
        if (!settling->left && next->count == 0 && run.from == next->base)
            next->base = run.to;
        else
            add_run(next, run.from, run.to);
    }
}

void settling_free(struct settling *settling)
{
    settled_free(&settling->next);
}
