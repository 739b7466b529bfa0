#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kafka/addparts.h"

struct line {
    const char *name, *facility, *text;
    const char *topic; /* NULL: nothing was refused */
    rd_kafka_resp_err_t code;
};

static const struct line lines[] = {
    { "no right to write", "ADDPARTS",
      "[thrd:main]: TxnCoordinator/1: Failed to add partition \"ombud.dept.a\" [3] to transaction: "
      "Broker: Topic authorization failed",
      "ombud.dept.a", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED },
    { "what librdkafka tries again", "ADDPARTS",
      "TxnCoordinator/1: Failed to add partition \"a\" [0] to transaction: "
      "Broker: Not coordinator",
      NULL, 0 },
    { "the summary line names no topic", "TXNERR",
      "Current transaction failed in state InTransaction: Failed to add partition(s) to "
      "transaction "
      "on broker TxnCoordinator/1: Broker: Topic authorization failed (after 0 ms)",
      NULL, 0 },
    { "a line of that kind that is cut", "ADDPARTS", "Failed to add partition \"a", NULL, 0 },
};

static void test_the_line_that_names_the_topic(void **state)
{
    (void)state;
    struct addparts *refused = addparts_new();
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char topic[64];
        rd_kafka_resp_err_t code;
        print_message("%s\n", lines[i].name);
        addparts_hear(refused, lines[i].facility, lines[i].text);
        assert_int_equal(addparts_next(refused, topic, sizeof(topic), &code),
                         lines[i].topic != NULL);
        if (lines[i].topic == NULL)
            continue;
        assert_string_equal(topic, lines[i].topic);
        assert_int_equal(code, lines[i].code);
        assert_false(addparts_next(refused, topic, sizeof(topic), &code));
    }
    addparts_free(refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_line_that_names_the_topic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
