#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "format/plain_text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_html(void **state)
{
    static const struct {
        const char *name, *html, *text;
    } cases[] = {
        { "nothing", "", "" },
        { "plain text stays", "The heater smokes.", "The heater smokes." },
        { "Chinese stays", "着火了，快来人", "着火了，快来人" },
        { "white space is one space", "  a \r\n\t b  ", "a b" },
        { "inline tags vanish", "very <b>ur</b>gent", "very urgent" },
        { "paragraphs are lines", "<p>one</p><p>two</p>", "one\ntwo" },
        { "a break is a line", "one<br>two<BR/>three<br />four", "one\ntwo\nthree\nfour" },
        { "many blocks are one line end", "<div><div><p>a</p></div></div><div>b</div>", "a\nb" },
        { "attributes vanish", "<a href=\"http://x/?a=1&amp;b=2\" title='a > b'>link</a>", "link" },
        { "scripts and styles vanish",
          "<style>p { color: red }</style>a<script>if (a < b) x()</SCRIPT >b", "ab" },
        { "the head vanishes", "<html><head><title>t</title></head><body>b</body></html>", "b" },
        { "comments vanish", "a<!-- <b> -- > -->b", "ab" },
        { "a declaration vanishes", "<!DOCTYPE html><p>a", "a" },
        { "entities", "&lt;b&gt; &amp;amp; &quot;x&quot; &#39;y&#x27;", "<b> &amp; \"x\" 'y'" },
        { "a hard space is a space", "a&nbsp;&nbsp;b&#160;c", "a b c" },
        { "Chinese as entities", "&#30528;&#x706B;", "着火" },
        { "an emoji as an entity", "&#128512;", "\xf0\x9f\x98\x80" },
        { "an unknown entity stays", "&bogus; &; &#; &#xZZ; AT&T", "&bogus; &; &#; &#xZZ; AT&T" },
        { "NUL and surrogates as entities stay text", "&#0;&#xD800;&#1114112;",
          "&#0;&#xD800;&#1114112;" },
        { "a control character as an entity vanishes", "a&#7;b", "ab" },
        { "less than is no tag", "if 1 < 2 and 3>2", "if 1 < 2 and 3>2" },
        { "a heart is no tag", "I <3 you", "I <3 you" },
        { "a tag that never ends is text", "a <b", "a <b" },
        { "a script that never ends hides the rest", "a<script>b", "a" },
        { "a comment that never ends hides the rest", "a<!-- b", "a" },
        { "a list", "<ul><li>one</li><li>two</li></ul>", "one\ntwo" },
    };
    struct arena *arena = arena_new(4096);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text = html_to_text(str_from(cases[i].html), arena);
        if (!str_is(text, cases[i].text))
            fail_msg("%s: '%.*s'", cases[i].name, STR_ARG(text));
    }
    arena_free(arena);
}

static void test_rich_text(void **state)
{
    static const char document[] =
        "{\"type\":\"doc\",\"version\":1,\"content\":[{\"type\":\"paragraph\",\"content\":["
        "{\"type\":\"text\",\"text\":\"The heater \"},{\"type\":\"text\",\"text\":\"smokes\","
        "\"marks\":[{\"type\":\"strong\"}]},{\"type\":\"hardBreak\"},"
        "{\"type\":\"text\",\"text\":\"again\"}]},{\"type\":\"bulletList\",\"content\":["
        "{\"type\":\"listItem\",\"content\":[{\"type\":\"paragraph\",\"content\":["
        "{\"type\":\"text\",\"text\":\"着火\"}]}]}]}]}";
    struct arena *arena = arena_new(4096);
    size_t at;

    (void)state;
    json_init();
    const cJSON *root = json_parse(str_from(document), &json_event_limits, arena, NULL, &at, NULL);
    assert_true(str_is(rich_to_text(root, arena), "The heater smokes\nagain\n着火"));
    root = json_parse(STR("{\"type\":\"doc\",\"content\":7}"), &json_event_limits, arena, NULL, &at,
                      NULL);
    assert_false(str_present(rich_to_text(root, arena)));
    assert_false(str_present(rich_to_text(NULL, arena)));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_rich_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
