/* What of a text supervisors may read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "text/mask.h"

static const struct {
    const char *text, *masked; /* NULL: as it is */
} rows[] = {
    { "", NULL },
    { "The kettle caught fire.", NULL },
    /* e-mail */
    { "write to li.wei+shop@mail.example.com.", "write to [e-mail]." },
    { "邮箱abc_12@qq.com，谢谢", "邮箱[e-mail]，谢谢" },
    { "rated 5@home, at @support", NULL },
    { "a@b", NULL },
    { "user@localhost is no address", NULL },
    /* telephones */
    { "请打13812345678找我", "请打[phone]找我" },
    { "手机：138 1234 5678。", "手机：[phone]。" },
    { "+86 138-1234-5678", "[phone]" },
    { "8613812345678", "[phone]" },
    { "座机010-62345678", "座机[phone]" },
    { "call me on +44 20 7946 0958 today", "call me on [phone] today" },
    { "my number is (555) 123-4567", "my number is [phone]" },
    { "555-123-4567", "[phone]" },
    { "phone 5551234567", "phone [phone]" },
    { "電話9123 4567", "電話[phone]" },
    { "0171 2345678", "[phone]" },
    { "two: 13812345678, 13912345678", "two: [phone], [phone]" },
    { "13812345678 20 pieces", "[phone] 20 pieces" },
    { "Tel.13812345678", "Tel.[phone]" },
    { "No-13812345678", "No-[phone]" },
    { "13812345678@qq.com", "[e-mail]" },
    { "my order is late, call 13812345678", "my order is late, call [phone]" },
    { "order late: 13812345678", "order late: [phone]" },
    { "订单没到，13812345678", "订单没到，[phone]" },
    { "the order was paid by 4111 1111 1111 1111", "the order was paid by [bank card]" },
    /* full-width forms */
    { "电话１３８１２３４５６７８，谢谢", "电话[phone]，谢谢" },
    { "手机：１３８ １２３４ ５６７８", "手机：[phone]" },
    { "身份证１１０１０５１９４９１２３１００２Ｘ", "身份证[identity card]" },
    { "邮箱ａｂｃ＠ｑｑ．ｃｏｍ", "邮箱[e-mail]" },
    { "订单号：１３８１２３４５６７８，第１２３页", NULL },
    /* mainland identity cards: the check digit decides */
    { "身份证11010519491231002X", "身份证[identity card]" },
    { "身份证11010519491231002x。", "身份证[identity card]。" },
    { "440524188001010014 is of 1880", NULL },
    { "编号110105194912310021", NULL },
    /* bank cards: the Luhn sum decides */
    { "card 4111 1111 1111 1111 was charged", "card [bank card] was charged" },
    { "卡号6222 0212 3456 7890 128", "卡号[bank card]" },
    { "卡号6222021234567890128，", "卡号[bank card]，" },
    { "卡号6222021234567890129", NULL },
    { "4111111111111112", NULL },
    { "378282246310005", "[bank card]" },
    { "5555-5555-5555-4444", "[bank card]" },
    /* IBANs */
    { "IBAN GB82 WEST 1234 5698 7654 32 please", "IBAN [IBAN] please" },
    { "DE89370400440532013000", "[IBAN]" },
    { "DE89370400440532013001", NULL },
    { "NO9386011117947", "[IBAN]" },
    { "Needs attention now", NULL },
    /* what is no personal data */
    { "order 13812345678 is late", NULL },
    { "订单号13812345678还没到", NULL },
    { "order no. 4111 1111 1111 1111", NULL },
    { "Order #13812345678", NULL },
    { "订单编号为：13812345678", NULL },
    { "tracking number: 13812345678", NULL },
    { "tracking SF1381234567890", NULL },
    { "运单 773012345678901", NULL },
    { "1Z999AA10123456784", NULL },
    { "20261127 14:05, 3.50 EUR, 1,234.56", NULL },
    { "the year 2026 and 5 555 1234", NULL },
    { "INC0018144 and PRJ-20260101-000123", NULL },
    { "invoice 2026-11-000123", NULL },
    { "v2.16.1 (build 12345)", NULL },
    { "12345678901234567890123456789012345678901234567890", NULL },
    { "1 2 3 4 5 6 7 8 9 0 1 2 3 4", NULL },
    { "+", NULL },
    { "(", NULL },
    { "@", NULL },
    { "着火了", NULL },
};

static void personal_data_is_named_and_the_rest_stays(void **state)
{
    (void)state;
    struct arena *arena = arena_new(4096);
    size_t failed = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *expected = rows[i].masked ? rows[i].masked : rows[i].text;
        struct str masked = mask_personal(str_from(rows[i].text), arena);
        if (str_is(masked, expected))
            continue;
        print_error("'%s' became '%.*s', not '%s'\n", rows[i].text, STR_ARG(masked), expected);
        failed++;
    }
    assert_int_equal(failed, 0);
    arena_free(arena);
}

static void what_has_nothing_to_hide_is_not_copied(void **state)
{
    (void)state;
    struct str text = STR("The kettle caught fire.");
    assert_ptr_equal(mask_personal(text, NULL).data, text.data);
    assert_false(str_present(mask_personal(STR_NONE, NULL)));
}

/* What stands between the names of what was replaced is the text, in its order. */
static bool is_rest_of(struct str masked, const char *text)
{
    for (size_t at = 0; at < masked.size; at++) {
        const char *close = memchr(masked.data + at, ']', masked.size - at);
        if (masked.data[at] == '[' && close) {
            at = (size_t)(close - masked.data);
            continue;
        }
        text = strchr(text, masked.data[at]);
        if (text++ == NULL)
            return false;
    }
    return true;
}

static void nothing_else_is_changed(void **state)
{
    static const char pieces[][12] = { "1", "38", "12345678", " ", "-",  "+",    "(",  ")",
                                       "@", "a",  "b.com",    ".", "GB", "电话", "62", "X" };
    struct arena *arena = arena_new(65536);
    uint64_t seed = 11;
    unsigned changed = 0;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[256] = "";
        for (int i = round % 18; i >= 0; i--) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            strcat(text, pieces[(seed >> 33) % 16]);
        }
        struct str masked = mask_personal(str_from(text), arena);
        changed += masked.data != text;
        if (!is_rest_of(masked, text))
            fail_msg("'%s' became '%.*s'", text, STR_ARG(masked));
        arena_reset(arena);
    }
    assert_true(changed > 1000);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(personal_data_is_named_and_the_rest_stays),
        cmocka_unit_test(what_has_nothing_to_hide_is_not_copied),
        cmocka_unit_test(nothing_else_is_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
