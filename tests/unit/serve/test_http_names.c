#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "serve/http_names.h"

static void test_by_which_names_the_pages_may_be_asked_for(void **state)
{
    (void)state;
    static const struct str more[] = { { "router.example", 14 }, { "10.9.9.9", 8 } };
    const struct http_names names = { STR("0.0.0.0"), more, 2 };
    static const struct {
        const char *name, *host, *local;
        bool allowed;
    } cases[] = {
        { "this machine", "localhost", NULL, true },
        { "with a port", "localhost:9404", NULL, true },
        { "a port that is none", "localhost:9404x", NULL, false },
        { "an empty port", "localhost:", NULL, false },
        { "nothing", "", NULL, false },
        { "only a port", ":9404", NULL, false },
        { "a bare IPv6 address", "::1", NULL, true },
        { "in brackets", "[::1]:9404", NULL, true },
        { "brackets that do not close", "[::1", NULL, false },
        { "something behind the brackets", "[::1]evil", NULL, false },
        { "a name that was given, in capitals", "ROUTER.example:9404", NULL, true },
        { "a longer name", "router.example.evil.org", NULL, false },
        { "another name", "evil.example", "10.0.0.5", false },
        { "the address where it arrived", "10.0.0.5:9404", "10.0.0.5", true },
        { "another address", "10.0.0.6", "10.0.0.5", false },
        { "an address that was given", "10.9.9.9", "10.0.0.5", true },
        { "what is listened on", "0.0.0.0", NULL, true },
        { "an IPv6 address where it arrived", "[2001:db8::5]:9404", "2001:db8:0::5", true },
        { "another IPv6 address", "[2001:db8::6]", "2001:db8::5", false },
        { "IPv4 on a socket of both kinds", "10.0.0.5", "::ffff:10.0.0.5", true },
        { "another one on it", "10.0.0.6", "::ffff:10.0.0.5", false },
        { "a name that looks like an address", "10.0.0.5.evil.org", "10.0.0.5", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sockaddr_in four = { .sin_family = AF_INET };
        struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
        const struct sockaddr *local = NULL;
        if (cases[i].local && inet_pton(AF_INET, cases[i].local, &four.sin_addr) == 1)
            local = (struct sockaddr *)&four;
        else if (cases[i].local && inet_pton(AF_INET6, cases[i].local, &six.sin6_addr) == 1)
            local = (struct sockaddr *)&six;
        assert_true((local != NULL) == (cases[i].local != NULL));
        if (http_names_allow(&names, cases[i].host, local) != cases[i].allowed)
            fail_msg("%s", cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_which_names_the_pages_may_be_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
