#include "text/mask.h"

#include <string.h>

#include "base/buf.h"

/* A run of digits as people write them: in groups, with a separator between two. */
enum { DIGITS_MOST = 20, GROUPS_MOST = 8 };
struct number {
    char digits[DIGITS_MOST];
    size_t count;
    bool plus, bracket; /* it begins with + or ( */
    struct group {
        size_t digits, end; /* how many digits up to here, and where that is in the text */
    } groups[GROUPS_MOST];
    size_t group_count;
    bool too_long; /* digits or groups go on: it is none of what is looked for */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static char at_or_nul(struct str text, size_t at)
{
    return at < text.size ? text.data[at] : '\0';
}

static bool is_separator(char c)
{
    return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')';
}

static void close_group(struct number *number, size_t end)
{
    if (number->group_count == GROUPS_MOST)
        number->too_long = true;
    else
        number->groups[number->group_count++] = (struct group){ number->count, end };
}

static void read_number(struct str text, size_t from, struct number *number)
{
    size_t at = from;
    *number = (struct number){ .plus = text.data[from] == '+', .bracket = text.data[from] == '(' };
    at += number->plus || number->bracket;
    while (!number->too_long) {
        for (; is_digit(at_or_nul(text, at)); at++) {
            if (number->count == DIGITS_MOST)
                number->too_long = true;
            else
                number->digits[number->count++] = text.data[at];
        }
        close_group(number, at);
        size_t next = at;
        while (next < at + 2 && is_separator(at_or_nul(text, next)))
            next++;
        if (next == at || !is_digit(at_or_nul(text, next)))
            return;
        at = next;
    }
}

/* ---- what a number may be */

/* By its first digits and their number: the largest schemes. */
static bool may_be_card(const char *digits, size_t count)
{
    int two = (digits[0] - '0') * 10 + digits[1] - '0';
    if (digits[0] == '4')
        return count == 16 || count == 13 || count == 19;
    if (two == 34 || two == 37)
        return count == 15;
    if (two == 62)
        return count >= 16 && count <= 19;
    return count == 16 && ((two >= 51 && two <= 55) || (two >= 22 && two <= 27) || two == 60 ||
                           two == 65 || two == 35);
}

static bool luhn_holds(const char *digits, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = digits[count - 1 - i] - '0';
        int twice = i % 2 ? 2 * digit : digit;
        sum += twice > 9 ? twice - 9 : twice;
    }
    return sum % 10 == 0;
}

static bool is_card(const struct number *number, size_t count)
{
    return !number->plus && !number->bracket && count >= 13 && may_be_card(number->digits, count) &&
           luhn_holds(number->digits, count);
}

static int two_digits(const char *digits)
{
    return (digits[0] - '0') * 10 + digits[1] - '0';
}

static bool is_identity_card(struct str text, size_t from)
{
    static const int weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    static const char checks[] = "10X98765432";
    int sum = 0;
    if (text.size - from < 18)
        return false;
    const char *digits = text.data + from;
    for (int i = 0; i < 17; i++) {
        if (!is_digit(digits[i]))
            return false;
        sum += (digits[i] - '0') * weights[i];
    }
    int century = two_digits(digits + 6), month = two_digits(digits + 10),
        day = two_digits(digits + 12);
    char check = digits[17] == 'x' ? 'X' : digits[17];
    return (century == 19 || century == 20) && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
           check == checks[sum % 11];
}

static bool is_mobile(const char *digits, size_t count)
{
    return count == 11 && digits[0] == '1' && digits[1] >= '3';
}

/* Groups of so many digits each, to the end of the one that has `count` of them. */
static bool has_groups(const struct number *number, size_t count, const size_t *sizes, size_t most)
{
    size_t before = 0;
    for (size_t i = 0; i < most; i++) {
        if (i >= number->group_count || number->groups[i].digits - before != sizes[i])
            return false;
        before = number->groups[i].digits;
    }
    return before == count;
}

static bool is_phone(const struct number *number, size_t count, bool said)
{
    static const size_t north_american[] = { 3, 3, 4 };
    const char *digits = number->digits;
    bool grouped = number->group_count > 1;
    if (number->plus)
        return count >= 8 && count <= 15;
    if (is_mobile(digits, count))
        return true;
    if (count == 13 && memcmp(digits, "86", 2) == 0)
        return is_mobile(digits + 2, 11);
    if (count == 15 && memcmp(digits, "0086", 4) == 0)
        return is_mobile(digits + 4, 11);
    if (digits[0] == '0' && count >= 10 && count <= 12)
        return grouped || number->bracket || said;
    if (number->bracket && count >= 9 && count <= 12)
        return true;
    return has_groups(number, count, north_american, 3) || (said && count >= 7 && count <= 12);
}

/* ---- what stands before it */

/* The longest of the words that the text ends with at `end`; 0: none. */
static size_t ending(struct str text, size_t end, const char *const *words, size_t count)
{
    size_t longest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(words[i]);
        if (size > longest && size <= end &&
            str_equal_nocase((struct str){ text.data + end - size, size }, str_from(words[i])))
            longest = size;
    }
    return longest;
}

/* Does one of the words stand right before `from`, but for "no.:", 号码是 and the like? */
static bool is_named(struct str text, size_t from, const char *const *words, size_t count)
{
    static const char *const fillers[] = {
        " ",  ".",  ":",  "#",    "：",   "no", "nr",   "number", "is", "me",
        "on", "at", "id", "编号", "編號", "号", "號码", "号码",   "是", "为",
    };
    while (from > 0) {
        if (ending(text, from, words, count) > 0)
            return true;
        size_t filler = ending(text, from, fillers, sizeof(fillers) / sizeof(fillers[0]));
        if (filler == 0)
            return false;
        from -= filler;
    }
    return false;
}

/* "order no. 13812345678" is no telephone, but one that somebody names in a sentence about an order
 * is. */
static bool is_named_otherwise(struct str text, size_t from)
{
    static const char *const words[] = { "order",  "tracking", "invoice", "parcel", "receipt",
                                         "ticket", "订单",     "單號",    "单号",   "运单",
                                         "快递单", "发票",     "工单",    "流水",   "訂單" };
    return is_named(text, from, words, sizeof(words) / sizeof(words[0]));
}

static bool is_named_phone(struct str text, size_t from)
{
    static const char *const words[] = { "tel",  "phone", "mobile", "call",     "whatsapp", "电话",
                                         "手机", "電話",  "手機",   "联系方式", "致电" };
    return is_named(text, from, words, sizeof(words) / sizeof(words[0]));
}

/* ---- addresses and accounts */

static bool is_local(char c)
{
    return is_letter(c) || is_digit(c) || (c != '\0' && strchr("._%+-", c));
}

/* Behind the e-mail address that begins at `from`, or `from`. */
static size_t mail_end(struct str text, size_t from)
{
    size_t at = from, end = from, labels = 0;
    while (is_local(at_or_nul(text, at)))
        at++;
    if (at == from || at_or_nul(text, at) != '@')
        return from;
    do {
        size_t label = ++at;
        while (is_letter(at_or_nul(text, at)) || is_digit(at_or_nul(text, at)) ||
               at_or_nul(text, at) == '-')
            at++;
        if (at == label)
            break; /* "… to a@b.com." ends before the dot */
        end = at;
        labels++;
    } while (at_or_nul(text, at) == '.');
    return labels >= 2 ? end : from;
}

/* IBANs by country, as the registry of ISO 13616 has their lengths. */
static size_t iban_size(struct str text, size_t from)
{
    static const struct {
        char country[3];
        uint8_t size;
    } rows[] = {
        { "AD", 24 }, { "AE", 23 }, { "AT", 20 }, { "BE", 16 }, { "BG", 22 }, { "CH", 21 },
        { "CY", 28 }, { "CZ", 24 }, { "DE", 22 }, { "DK", 18 }, { "EE", 20 }, { "ES", 24 },
        { "FI", 18 }, { "FR", 27 }, { "GB", 22 }, { "GR", 27 }, { "HR", 21 }, { "HU", 28 },
        { "IE", 22 }, { "IL", 23 }, { "IS", 26 }, { "IT", 27 }, { "LI", 21 }, { "LT", 20 },
        { "LU", 20 }, { "LV", 21 }, { "MC", 27 }, { "MT", 31 }, { "NL", 18 }, { "NO", 15 },
        { "PL", 28 }, { "PT", 25 }, { "RO", 24 }, { "SA", 24 }, { "SE", 24 }, { "SI", 19 },
        { "SK", 24 }, { "SM", 27 }, { "TR", 26 }, { "UA", 29 },
    };
    struct str country = { text.data + from, text.size - from < 2 ? 0 : 2 };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (str_equal_nocase(country, (struct str){ rows[i].country, 2 }))
            return rows[i].size;
    }
    return 0;
}

static unsigned iban_value(char c)
{
    return is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
}

/* Behind the IBAN that begins at `from`, or `from`. */
static size_t iban_end(struct str text, size_t from)
{
    size_t size = iban_size(text, from), count = 0, at = from;
    char all[34];
    while (count < size && at < text.size) {
        char c = text.data[at];
        if (is_digit(c) || is_letter(c))
            all[count++] = c;
        else if (c != ' ' || count % 4 != 0)
            return from;
        at++;
    }
    if (size == 0 || count < size || !is_digit(all[2]) || !is_digit(all[3]) ||
        is_digit(at_or_nul(text, at)) || is_letter(at_or_nul(text, at)))
        return from;
    unsigned rest = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned value = iban_value(all[(i + 4) % size]);
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    return rest == 1 ? at : from;
}

/* ---- the text */

/* Behind the number that begins at `from`, the longest that is one of them, or `from`. */
static size_t number_end(struct str text, size_t from, const char **what)
{
    struct number number;
    char after = at_or_nul(text, from + 18);
    if (is_identity_card(text, from) && !is_digit(after) && !is_letter(after)) {
        *what = "[identity card]";
        return from + 18;
    }
    read_number(text, from, &number);
    if (number.too_long || is_named_otherwise(text, from))
        return from;
    bool said = is_named_phone(text, from);
    for (size_t i = number.group_count; i-- > 0;) {
        const struct group *group = &number.groups[i];
        if (is_letter(at_or_nul(text, group->end)))
            continue;
        bool card = is_card(&number, group->digits);
        if (card || (group->digits > 0 && is_phone(&number, group->digits, said))) {
            *what = card ? "[bank card]" : "[phone]";
            return group->end;
        }
    }
    return from;
}

/* Behind the personal data that begins at `from`, and what it is; or `from`. Of a number only what
 * is no digit or letter may stand before it ("Tel.138…"), of the others nothing of an address. */
static size_t personal_end(struct str text, size_t from, const char **what)
{
    char c = text.data[from], before = from > 0 ? text.data[from - 1] : ' ';
    bool fresh = !is_local(before) && before != '@';
    size_t to = from;
    if (fresh && is_local(c)) {
        *what = "[e-mail]";
        to = mail_end(text, from);
    }
    if (to == from && fresh && is_letter(c)) {
        *what = "[IBAN]";
        to = iban_end(text, from);
    }
    if (to == from && (is_digit(c) || c == '+' || c == '(') && !is_digit(before) &&
        !is_letter(before))
        to = number_end(text, from, what);
    return to;
}

/* Behind a run of letters and digits, or one byte further. */
static size_t skip(struct str text, size_t at)
{
    size_t to = at;
    while (is_digit(at_or_nul(text, to)) || is_letter(at_or_nul(text, to)))
        to++;
    return to > at ? to : at + 1;
}

/* ---- full-width forms, as Chinese keyboards have them: １３８, ＠ */

/* What is looked through, and where each byte of it stands in the text; NULL: there. */
struct plain {
    struct str text;
    const size_t *places;
};

static bool read_wide(struct str text, size_t at, char *plain)
{
    const unsigned char *bytes = (const unsigned char *)text.data + at;
    if (text.size - at < 3 || bytes[0] != 0xEF)
        return false;
    if (bytes[1] == 0xBC && bytes[2] >= 0x81 && bytes[2] <= 0xBF)
        *plain = (char)(bytes[2] - 0x60);
    else if (bytes[1] == 0xBD && bytes[2] >= 0x80 && bytes[2] <= 0x9E)
        *plain = (char)(bytes[2] - 0x20);
    else
        return false;
    return true;
}

/* Commas and colons are full-width in every Chinese text; digits are not. */
static bool has_wide(struct str text)
{
    char plain;
    for (size_t at = 0; at < text.size; at++) {
        if (read_wide(text, at, &plain) && (is_digit(plain) || plain == '@'))
            return true;
    }
    return false;
}

static struct plain make_plain(struct str text, struct arena *arena)
{
    if (!has_wide(text))
        return (struct plain){ text, NULL };
    char *data = arena_alloc_raw(arena, text.size);
    size_t *places = arena_alloc_raw(arena, (text.size + 1) * sizeof(*places));
    size_t size = 0;
    for (size_t at = 0; at < text.size; size++) {
        places[size] = at;
        data[size] = text.data[at];
        at += read_wide(text, at, &data[size]) ? 3 : 1;
    }
    places[size] = text.size;
    return (struct plain){ { data, size }, places };
}

static size_t place_of(const struct plain *plain, size_t at)
{
    return plain->places ? plain->places[at] : at;
}

struct str mask_personal(struct str text, struct arena *arena)
{
    struct plain plain = make_plain(text, arena);
    struct buf out = { 0 };
    size_t kept = 0;
    for (size_t at = 0; at < plain.text.size;) {
        const char *what = NULL;
        size_t to = personal_end(plain.text, at, &what);
        if (to == at) {
            at = skip(plain.text, at);
            continue;
        }
        buf_add(&out, text.data + kept, place_of(&plain, at) - kept);
        buf_add_str(&out, str_from(what));
        at = to;
        kept = place_of(&plain, to);
    }
    if (kept == 0)
        return text;
    buf_add(&out, text.data + kept, text.size - kept);
    struct str masked = arena_copy(arena, buf_str(&out));
    buf_free(&out);
    return masked;
}
