#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "format/plain_text.h"

#include "base/buf.h"

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
        { "not displayed", "a<div style=\"color:red; Display : none\">b</div>c", "ac" },
        { "not visible", "a<span style='visibility:hidden'>b</span>c", "ac" },
        { "hidden", "a<p hidden>b</p>c", "ac" },
        { "not opaque", "a<i style=\"opacity:0\">b</i>c<i style=\"opacity:0.8\">d</i>", "acd" },
        { "without height", "a<i style=max-height:0px;overflow:hidden>b</i>c", "ac" },
        { "of no size", "a<i style=\"font-size:0\">b<b style=\"font-size:9px\">c</b></i>", "ac" },
        { "of a small size", "<i style=\"font-size:0.9em\">a</i>", "a" },
        { "hidden from Outlook", "a<i style='mso-hide:all'>b</i>c", "ac" },
        { "a preheader", "<div class=\"x preheader\">b</div><p>c", "c" },
        { "hidden in hidden", "<div hidden>a<div>b</div>c<br>d</div>e", "e" },
        { "hidden, closed by its parent", "<div><span hidden>a</div>b", "b" },
        { "a hidden paragraph ends with the next", "<p hidden>a<p>b", "b" },
        { "a hidden image hides nothing", "<img style='display:none'>a", "a" },
        { "a word in an attribute hides nothing", "<p title='display:none' class=hidden-xs>a",
          "a" },
        { "a quotation", "Solved<blockquote>it burns<br>badly</blockquote>Thanks",
          "Solved\n> it burns\n> badly\nThanks" },
        { "a quotation in a quotation",
          "Solved<div class=gmail_quote>Ann wrote:<blockquote>it burns</blockquote></div>bye",
          "Solved\n> Ann wrote:\n>>it burns\nbye" },
        { "a quotation without a block", "a<span class='yahoo_quoted'>b</span>c", "a\n> b\nc" },
        { "all after a header", "<div><p>a</p><div id=\"x_divRplyFwdMsg\">b</div><p>c</p></div>d",
          "a\n> b\n> c\nd" },
        { "all after an empty mark", "<p>a</p><div id=appendonsend></div><hr><p>b</p>", "a\n> b" },
        { "a quotation first", "<blockquote>a</blockquote>b", "> a\nb" },
        { "Chinese quotation", "好了<div id=\"isReplyContent\">冒烟</div>", "好了\n> 冒烟" },
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

/* The result never needs more room than the source, however short the tags are. */
static void test_room(void **state)
{
    static const char *const pieces[] = {
        "<p>a", "<blockquote>", "<hr>b", "</p>", "&lt;", "<b", ">"
    };
    struct arena *arena = arena_new(4096);
    uint32_t seed = 5;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        char html[512] = "";
        for (int i = 0; i < 30; i++) {
            seed = seed * 1664525u + 1013904223u;
            strcat(html, pieces[(seed >> 16) % COUNT(pieces)]);
        }
        struct str copy = arena_copy(arena, str_from(html));
        assert_true(html_to_text(copy, arena).size <= copy.size);
    }
    arena_free(arena);
}

/* Elements that are never closed, tags that end late: linear all the same. */
static void test_hostile(void **state)
{
    static const char *const pieces[] = { "<div hidden>",
                                          "<blockquote>a",
                                          "<div style=\"opacity:\">",
                                          "<p style='fontdisplay",
                                          "</div>",
                                          "<a =/= x",
                                          "<b",
                                          "<a x='>'" };
    struct arena *arena = arena_new(4096);
    struct buf html = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        buf_clear(&html);
        while (html.size < 512 * 1024)
            buf_add_str(&html, str_from(pieces[i]));
        assert_true(html_to_text(buf_str(&html), arena).size <= html.size);
    }
    buf_free(&html);
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
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_rich_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
