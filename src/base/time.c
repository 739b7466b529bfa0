#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "base/date.h"

#define LAST_TIME INT64_C(253402300799999)  /* the end of the year 9999 */
#define LONGEST_DURATION (36525 * TIME_DAY) /* a century: keeps sums far from overflow */

/* Reads exactly `count` digits and steps over them. */
static bool take_digits(struct str *s, size_t count, int *out)
{
    int value = 0;

    if (s->size < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (s->data[i] < '0' || s->data[i] > '9')
            return false;
        value = value * 10 + (s->data[i] - '0');
    }
    *s = (struct str){ s->data + count, s->size - count };
    *out = value;
    return true;
}

static bool take_char(struct str *s, char c)
{
    if (s->size == 0 || s->data[0] != c)
        return false;
    *s = (struct str){ s->data + 1, s->size - 1 };
    return true;
}

static bool take_fraction(struct str *s, int *ms)
{
    int scale = 100, digits = 0, digit = 0;

    *ms = 0;
    if (!take_char(s, '.'))
        return true;
    while (take_digits(s, 1, &digit)) {
        *ms += digit * scale;
        scale /= 10;
        digits++;
    }
    return digits > 0;
}

static bool take_offset(struct str *s, int *minutes)
{
    int hour = 0, minute = 0;

    *minutes = 0;
    if (take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    bool west = s->size > 0 && s->data[0] == '-';
    if (!take_char(s, '-') && !take_char(s, '+'))
        return false;
    if (!take_digits(s, 2, &hour))
        return false;
    take_char(s, ':');
    if (!take_digits(s, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *minutes = (west ? -1 : 1) * (hour * 60 + minute);
    return true;
}

bool time_is_plausible(time_ms time)
{
    return time >= INT64_C(946684800000) && time < INT64_C(4102444800000);
}

bool time_parse(struct str text, time_ms *out, struct error *err)
{
    struct str s = text;
    int year, month, day, hour, minute, second, ms, offset;

    if (!take_digits(&s, 4, &year) || !take_char(&s, '-') || !take_digits(&s, 2, &month) ||
        !take_char(&s, '-') || !take_digits(&s, 2, &day))
        goto malformed;
    if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
        goto malformed;
    if (!take_digits(&s, 2, &hour) || !take_char(&s, ':') || !take_digits(&s, 2, &minute) ||
        !take_char(&s, ':') || !take_digits(&s, 2, &second) || !take_fraction(&s, &ms))
        goto malformed;
    if (s.size == 0)
        return error_set(err, "the time '%.*s' has no offset (as in Z or +08:00)", STR_ARG(text));
    if (!take_offset(&s, &offset) || s.size > 0)
        goto malformed;
    if (month < 1 || month > 12 || day < 1 || day > date_days_in_month(year, month) || hour > 23 ||
        minute > 59 || second > 60)
        return error_set(err, "'%.*s' names a moment that does not exist", STR_ARG(text));
    if (second == 60)
        ms = 0; /* a leap second is the whole next second's start */
    int64_t time = date_to_days((struct date){ year, month, day }) * TIME_DAY + hour * TIME_HOUR +
                   (minute - offset) * TIME_MINUTE + second * TIME_SECOND + ms;
    if (time < 0 || time > LAST_TIME)
        return error_set(err, "the time '%.*s' is not between 1970 and 9999", STR_ARG(text));
    *out = time;
    return true;
malformed:
    return error_set(err, "'%.*s' is not a time like 2026-11-21T09:00:00Z",
                     STR_ARG(utf8_prefix(text, 64)));
}

/* Two decimal digits at `text`, below 100. Several times are in every record. */
static inline void put_two(char *text, unsigned value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    memcpy(text, &pairs[2 * (size_t)value], 2);
}

static struct str format_time(time_ms time, bool always_ms, char text[TIME_TEXT_SIZE])
{
    int64_t days = time / TIME_DAY, rest = time % TIME_DAY;

    if (rest < 0) {
        rest += TIME_DAY;
        days--;
    }
    struct date date = date_from_days(days);
    if (date.year < 0 || date.year > 9999) { /* arithmetic can lead there, no record can */
        int length = snprintf(text, TIME_TEXT_SIZE, "year %lld", (long long)date.year);
        return (struct str){ text, (size_t)length };
    }
    unsigned seconds = (unsigned)rest / 1000, ms = (unsigned)rest % 1000;
    memcpy(text, "0000-00-00T00:00:00.000Z", 25);
    put_two(text, (unsigned)date.year / 100);
    put_two(text + 2, (unsigned)date.year % 100);
    put_two(text + 5, (unsigned)date.month);
    put_two(text + 8, (unsigned)date.day);
    put_two(text + 11, seconds / 3600);
    put_two(text + 14, seconds / 60 % 60);
    put_two(text + 17, seconds % 60);
    if (!always_ms && ms == 0) {
        memcpy(text + 19, "Z", 2);
        return (struct str){ text, 20 };
    }
    text[20] = (char)('0' + ms / 100);
    put_two(text + 21, ms % 100);
    return (struct str){ text, 24 };
}

struct str time_format(time_ms time, char text[TIME_TEXT_SIZE])
{
    return format_time(time, false, text);
}

struct str time_format_ms(time_ms time, char text[TIME_TEXT_SIZE])
{
    return format_time(time, true, text);
}

/* From the largest down, which is also the order in which they may be written. */
static const struct unit {
    const char *name;
    time_ms size;
} units[] = {
    { "d", TIME_DAY }, { "h", TIME_HOUR }, { "m", TIME_MINUTE }, { "s", TIME_SECOND }, { "ms", 1 },
};
enum { UNITS = sizeof(units) / sizeof(units[0]) };

static struct str take_unit(struct str *s)
{
    struct str unit = { s->data, 0 };

    while (unit.size < s->size && (s->data[unit.size] < '0' || s->data[unit.size] > '9'))
        unit.size++;
    *s = (struct str){ s->data + unit.size, s->size - unit.size };
    return unit;
}

bool duration_parse(struct str text, bool days, time_ms *out, struct error *err)
{
    struct str s = text;
    time_ms total = 0;
    size_t next = days ? 0 : 1;

    do {
        time_ms number = 0;
        int digit = 0;
        size_t before = s.size;
        while (take_digits(&s, 1, &digit)) {
            if (number > LONGEST_DURATION)
                goto too_long;
            number = number * 10 + digit;
        }
        struct str unit = take_unit(&s);
        if (before == s.size + unit.size || unit.size == 0)
            goto malformed;
        while (next < UNITS && !str_is(unit, units[next].name))
            next++;
        if (next == UNITS)
            goto malformed;
        if (number > LONGEST_DURATION / units[next].size)
            goto too_long;
        total += number * units[next++].size;
    } while (s.size > 0);
    if (total > LONGEST_DURATION)
        goto too_long;
    *out = total;
    return true;
malformed:
    return error_set(err, "'%.*s' is not a duration like %s", STR_ARG(utf8_prefix(text, 64)),
                     days ? "30s, 15m, 2h30m or 3d" : "500ms, 30s, 15m or 2h30m");
too_long:
    return error_set(err, "the duration '%.*s' is longer than a century",
                     STR_ARG(utf8_prefix(text, 64)));
}

/* `number` of a unit at `text`; the end. */
static char *put_amount(char *text, uint64_t number, const char *unit)
{
    char digits[24];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count > 0)
        *text++ = digits[--count];
    return stpcpy(text, unit);
}

struct str duration_format(time_ms duration, char text[TIME_TEXT_SIZE])
{
    /* Unsigned: INT64_MIN has no positive counterpart. */
    uint64_t left = duration < 0 ? 0 - (uint64_t)duration : (uint64_t)duration;
    char *end = text;
    size_t unit = 0;

    if (left == 0) {
        end = put_amount(end, 0, "s");
        return (struct str){ text, (size_t)(end - text) };
    }
    if (duration < 0)
        *end++ = '-';
    while (left < (uint64_t)units[unit].size)
        unit++;
    end = put_amount(end, left / (uint64_t)units[unit].size, units[unit].name);
    /* Milliseconds matter only to what is shorter than a second. */
    left %= (uint64_t)units[unit].size;
    if (unit + 2 < UNITS && left >= (uint64_t)units[unit + 1].size) {
        *end++ = ' ';
        end = put_amount(end, left / (uint64_t)units[unit + 1].size, units[unit + 1].name);
    }
    return (struct str){ text, (size_t)(end - text) };
}
