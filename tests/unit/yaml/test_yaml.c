#include "yaml/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"

static void write_node(const struct yaml *node, struct buf *out)
{
    buf_printf(out, "%d:%d", node->place.line, node->place.column);
    if (node->kind == YAML_TEXT)
        buf_printf(out, "%c%.*s%c", node->quoted ? '"' : '<', STR_ARG(node->text),
                   node->quoted ? '"' : '>');
    if (node->kind == YAML_NULL)
        buf_printf(out, "~");
    if (node->kind == YAML_LIST || node->kind == YAML_MAP)
        buf_add_char(out, node->kind == YAML_LIST ? '[' : '{');
    for (size_t i = 0; i < node->count; i++) {
        buf_printf(out, "%s", i ? " " : "");
        if (node->kind == YAML_MAP) {
            write_node(node->keys[i], out);
            buf_add_char(out, '=');
        }
        write_node(node->items[i], out);
    }
    if (node->kind == YAML_LIST || node->kind == YAML_MAP)
        buf_add_char(out, node->kind == YAML_LIST ? ']' : '}');
}

static void test_trees_and_errors_have_positions(void **state)
{
    static const struct {
        const char *name, *text, *tree; /* with the error instead, if it begins with a file */
    } rows[] = {
        { "nothing at all", "", "1:1~" },
        { "a comment only", "# x\n", "1:1~" },
        { "a map", "a: 1\nb: x y\n", "1:1{1:1<a>=1:4<1> 2:1<b>=2:4<x y>}" },
        { "nested in flow style", "a: { b: [c, 'd'] }\n",
          "1:1{1:1<a>=1:4{1:6<b>=1:9[1:10<c> 1:13\"d\"]}}" },
        { "nested in block style", "a:\n  - b: 1\n    c: 2\n  - d\n",
          "1:1{1:1<a>=2:3[2:5{2:5<b>=2:8<1> 3:5<c>=3:8<2>} 4:5<d>]}" },
        { "columns count characters", "客服: x\n", "1:1{1:1<客服>=1:5<x>}" },
        { "plain words that mean nothing", "[~, null, '', \"null\"]\n",
          "1:1[1:2~ 1:5~ 1:11\"\" 1:15\"null\"]" },
        { "a value left out", "a: 1\nb:\n", "1:1{1:1<a>=1:4<1> 2:1<b>=2:1~}" },
        { "a block of text", "a: |\n  x\n  y\n", "1:1{1:1<a>=2:1\"x\ny\n\"}" },
        { "escapes", "\"a\\u00e9\\n\"", "1:1\"aé\n\"" },
        { "a key twice", "a: 1\na: 2\n", "f.yaml:2:1: 'a' is given twice in the same map" },
        { "a brace that is not closed", "a: {b: 1\n",
          "f.yaml:2:1: this is not YAML: missing comma in flow mapping" },
        { "a tab", "a:\n\tb: 1\n",
          "f.yaml:2:1: this is not YAML: tab character may not be used as indentation" },
        { "an anchor", "a: &x 1\n",
          "f.yaml:1:7: anchors, aliases and tags are not understood; use include" },
        { "a tag", "a: !!int 1\n",
          "f.yaml:1:10: anchors, aliases and tags are not understood; use include" },
        { "a merge key", "<<: {a: 1}\n", "f.yaml:1:1: merge keys are not understood; use include" },
        { "a list as a key", "[a]: b\n", "f.yaml:1:1: a key must be a text" },
        { "two documents", "a\n---\nb\n", "f.yaml:2:1: a file holds one document only" },
        { "a byte that is no UTF-8", "a: 客\nb: \xff\n", "f.yaml:2:4: this byte is not UTF-8" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena *arena = arena_new(4096);
        struct buf text = { 0 };
        struct error err = { "no error" };
        struct yaml *tree = yaml_parse(STR("f.yaml"), str_from(rows[i].text), arena, &err);
        if (tree)
            write_node(tree, &text);
        else
            buf_printf(&text, "%s", err.text);
        if (strcmp(buf_text(&text), rows[i].tree) != 0)
            fail_msg("%s: expected\n%s\nbut got\n%s", rows[i].name, rows[i].tree, text.data);
        buf_free(&text);
        arena_free(arena);
    }
}

static void test_a_nul_byte_is_refused(void **state)
{
    struct arena *arena = arena_new(4096);
    struct error err;
    (void)state;
    assert_null(yaml_parse(STR("f.yaml"), STR("a: b\0c\n"), arena, &err));
    assert_string_equal(err.text, "f.yaml:1:5: a NUL byte is not YAML");
    arena_free(arena);
}

static void test_deep_nesting_is_refused_not_followed(void **state)
{
    struct arena *arena = arena_new(4096);
    struct buf text = { 0 };
    struct error err = { "" };
    (void)state;
    for (int i = 0; i < 20000; i++)
        buf_add_char(&text, '[');
    assert_null(yaml_parse(STR("f.yaml"), buf_str(&text), arena, &err));
    assert_true(strncmp(err.text, "f.yaml:1:", 9) == 0);
    buf_free(&text);
    arena_free(arena);
}

static void test_keys_are_found_put_and_replaced(void **state)
{
    struct arena *arena = arena_new(4096);
    struct error err;
    (void)state;
    struct yaml *map = yaml_parse(STR("f"), STR("a: 1\nb: 2\n"), arena, &err);
    struct yaml *more = yaml_parse(STR("f"), STR("b: 3\nc: 4\n"), arena, &err);
    for (size_t i = 0; i < more->count; i++)
        yaml_put(map, more->keys[i], more->items[i], arena);
    assert_int_equal(map->count, 3);
    assert_true(str_is(yaml_get(map, "b")->text, "3"));
    assert_true(str_is(yaml_get(map, "c")->text, "4"));
    assert_null(yaml_get(map, "d"));
    assert_null(yaml_get(NULL, "a"));
    assert_null(yaml_get(yaml_get(map, "a"), "a"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trees_and_errors_have_positions),
        cmocka_unit_test(test_a_nul_byte_is_refused),
        cmocka_unit_test(test_deep_nesting_is_refused_not_followed),
        cmocka_unit_test(test_keys_are_found_put_and_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
