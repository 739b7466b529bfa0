#include "kafka/verdict.h"

#include <stdarg.h>
#include <stdio.h>

void verdict_worsen(struct verdict *verdict, enum remedy remedy, rd_kafka_resp_err_t code,
                    const char *format, ...)
{
    if (remedy <= verdict->remedy)
        return;
    verdict->remedy = remedy;
    verdict->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(verdict->text, sizeof(verdict->text), format, args);
    va_end(args);
}

struct verdict verdict_of(rd_kafka_error_t *error, enum remedy unflagged)
{
    struct verdict verdict = { 0 };
    if (error == NULL)
        return verdict;
    enum remedy remedy = unflagged;
    if (rd_kafka_error_is_retriable(error))
        remedy = REMEDY_RETRY;
    else if (rd_kafka_error_is_fatal(error))
        remedy = REMEDY_RECREATE;
    else if (rd_kafka_error_txn_requires_abort(error))
        remedy = REMEDY_ABORT;
    verdict_worsen(&verdict, remedy, rd_kafka_error_code(error), "%s: %s",
                   rd_kafka_error_name(error), rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return verdict;
}
