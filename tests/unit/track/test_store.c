/* The store against a naive model, with marks and undos in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "track/store.h"

enum { KEYS = 40 };

/* What one key should hold; `number` 0: nothing. The deadline is the number. */
struct model {
    unsigned number[KEYS];
    unsigned text[KEYS];
};

static uint64_t seed;
static bool removed[KEYS]; /* since the last mark */

static unsigned dice(unsigned sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((seed >> 33) % sides);
}

static struct str key_text(unsigned key, char text[16])
{
    return (struct str){ text, (size_t)snprintf(text, 16, "ticket-%u", key) };
}

/* "123" and, in longer ones, padding: encodings differ in size. */
static struct str number_text(unsigned number, char text[64])
{
    return (struct str){ text,
                         (size_t)snprintf(text, 64, "%u%*s", number, (int)(number % 40), "") };
}

/* The digits that the text begins with; a text ends with its size, not with a zero. */
static unsigned number_of(struct str text)
{
    unsigned number = 0;
    for (size_t i = 0; i < text.size && text.data[i] >= '0' && text.data[i] <= '9'; i++)
        number = 10 * number + (unsigned)(text.data[i] - '0');
    return number;
}

static time_ms deadline_of(struct str state)
{
    return (time_ms)number_of(state);
}

static void count_undone(void *arg, struct str key, struct str now, struct str before)
{
    (void)key, (void)now, (void)before;
    ++*(size_t *)arg;
}

static void compare(const struct store *store, const struct model *model)
{
    time_ms first = TIME_NEVER;
    size_t count = 0;
    for (unsigned key = 0; key < KEYS; key++) {
        char text[64], name[16];
        const struct slot *slot = store_find(store, key_text(key, name));
        assert_int_equal(slot != NULL, model->number[key] != 0);
        if (!slot)
            continue;
        count++;
        assert_true(str_equal(slot_state(slot), number_text(model->number[key], text)));
        assert_int_equal(str_present(slot_text(slot)), model->text[key] != 0);
        if (model->text[key])
            assert_true(str_equal(slot_text(slot), number_text(model->text[key], text)));
        first = time_min(first, model->number[key]);
    }
    assert_int_equal(store_count(store), count);
    assert_int_equal(store_next(store), first);
    assert_int_equal(store_first(store) ? deadline_of(slot_state(store_first(store))) : TIME_NEVER,
                     first);
}

static void change(struct store *store, struct model *model, unsigned *number)
{
    char text[64], name[16];
    unsigned key = dice(KEYS);
    struct slot *slot = store_find(store, key_text(key, name));
    if (slot && dice(5) == 0) {
        store_remove(store, slot);
        model->number[key] = model->text[key] = 0;
        removed[key] = true;
        return;
    }
    if (!slot)
        slot = store_add(store, key_text(key, name));
    model->number[key] = ++*number;
    store_put(store, slot, number_text(*number, text), (time_ms)*number);
    if (dice(3) == 0) {
        model->text[key] = dice(4) ? ++*number : 0;
        store_put_text(store, slot,
                       model->text[key] ? number_text(model->text[key], text) : STR_NONE);
    }
}

/* A changelog that gets the changes before each mark; of what was removed it is told at once. */
static size_t write_changes(const struct store *store, struct model *changelog)
{
    struct change change;
    size_t at = 0, count = 0;
    while (store_changes(store, &at, &change)) {
        size_t prefix = strlen("ticket-");
        unsigned key =
            number_of((struct str){ change.key.data + prefix, change.key.size - prefix });
        if (change.state_changed)
            changelog->number[key] = number_of(change.state);
        if (change.text_changed)
            changelog->text[key] = number_of(change.text);
        count += (size_t)change.state_changed + change.text_changed;
    }
    return count;
}

static void an_undo_returns_to_the_last_mark(void **state)
{
    struct store *store = store_new();
    struct model now = { 0 }, marked = { 0 }, changelog = { 0 };
    unsigned number = 0;
    size_t undone = 0, written = 0;
    (void)state;
    seed = 7;
    for (int round = 0; round < 2000; round++) {
        for (unsigned changes = dice(60); changes > 0; changes--)
            change(store, &now, &number);
        if (dice(2)) {
            for (unsigned key = 0; key < KEYS; key++) {
                if (removed[key])
                    changelog.number[key] = changelog.text[key] = 0;
            }
            written += write_changes(store, &changelog);
            assert_memory_equal(&changelog, &now, sizeof(now));
            store_mark(store);
            assert_int_equal(write_changes(store, &changelog), 0);
            marked = now;
        } else {
            store_undo(store, deadline_of, count_undone, &undone);
            now = marked;
        }
        memset(removed, 0, sizeof(removed));
        compare(store, &now);
    }
    assert_true(undone > 1000);
    assert_true(written < number / 2); /* one a key, not one a change */
    store_free(store);
}

static void memory_is_accounted_for(void **state)
{
    struct store *store = store_new();
    struct model model = { 0 };
    unsigned number = 0;
    size_t undone = 0;
    (void)state;
    seed = 8;
    size_t empty = store_memory(store);
    for (int i = 0; i < 1000; i++)
        change(store, &model, &number);
    store_undo(store, deadline_of, count_undone, &undone);
    assert_int_equal(store_count(store), 0);
    /* Tables and logs keep their room; the tickets' bytes are gone. */
    size_t room = store_memory(store);
    struct slot *slot = store_add(store, STR("a"));
    store_put(store, slot, STR("12345"), TIME_NEVER);
    assert_in_range(store_memory(store) - room, 5, 200);
    assert_int_equal(store_text_memory(store), 0);
    store_put_text(store, slot, STR("1234567"));
    store_put_text(store, slot, STR("123"));
    assert_int_equal(store_text_memory(store), 3);
    store_mark(store);
    store_put_text(store, slot, STR("12345"));
    store_remove(store, slot);
    assert_int_equal(store_text_memory(store), 0);
    store_undo(store, deadline_of, count_undone, &undone);
    assert_int_equal(store_text_memory(store), 3);
    store_remove(store, store_find(store, STR("a")));
    assert_int_equal(store_text_memory(store), 0);
    assert_int_equal(store_memory(store), room);
    assert_true(room >= empty);
    store_free(store);
}

static void equal_deadlines_leave_in_an_order_of_their_keys(void **state)
{
    char first[2][16];
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct store *store = store_new();
        for (unsigned i = 0; i < 20; i++) {
            char name[16];
            store_put(store, store_add(store, key_text(way ? 19 - i : i, name)), STR("5"), 5);
        }
        struct str key = slot_key(store_first(store));
        snprintf(first[way], 16, "%.*s", STR_ARG(key));
        store_free(store);
    }
    assert_string_equal(first[0], first[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_undo_returns_to_the_last_mark),
        cmocka_unit_test(memory_is_accounted_for),
        cmocka_unit_test(equal_deadlines_leave_in_an_order_of_their_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
