#include "ctl/requeue_histogram.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/requeue.h"

enum { SHOWN_MOST = 20, REASONS_MOST = 1000 };

struct reason_count {
    enum deadletter_kind kind;
    struct str reason; /* owned; absent: all that came when there were enough */
    uint64_t count;
};

/* Reasons may tell of the record ("unknown type 'x'"), so there can be as many as letters. */
static struct reason_count *find_or_add(struct requeue_histogram *histogram,
                                        const struct letter *letter)
{
    struct str reason = histogram->count < REASONS_MOST ? letter->reason : STR_NONE;
    for (size_t i = 0; i < histogram->count; i++) {
        struct reason_count *one = &histogram->reasons[i];
        if (str_equal(one->reason, letter->reason) ||
            (!str_present(reason) && !str_present(one->reason)))
            return one;
    }
    histogram->reasons =
        mem_resize(histogram->reasons, histogram->count + 1, sizeof(*histogram->reasons));
    struct reason_count *one = &histogram->reasons[histogram->count++];
    *one = (struct reason_count){ .kind = letter->kind };
    if (str_present(reason))
        one->reason = (struct str){ mem_copy(reason.data, reason.size), reason.size };
    return one;
}

void requeue_histogram_add(struct requeue_histogram *histogram, const struct letter *letter,
                           enum requeue_fate fate)
{
    histogram->fates[fate]++;
    if (fate == REQUEUE_GOES)
        find_or_add(histogram, letter)->count++;
}

static int by_count(const void *a, const void *b)
{
    const struct reason_count *left = a, *right = b;
    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    return str_compare(left->reason, right->reason);
}

static void print_reasons(struct requeue_histogram *histogram)
{
    uint64_t others = 0;
    if (histogram->count > 0)
        qsort(histogram->reasons, histogram->count, sizeof(*histogram->reasons), by_count);
    for (size_t i = 0; i < histogram->count; i++) {
        const struct reason_count *one = &histogram->reasons[i];
        if (str_present(one->reason))
            utf8_tame((char *)one->reason.data, one->reason.size); /* counted as they are */
        if (i < SHOWN_MOST && str_present(one->reason))
            printf("%8llu  %-8s  %.*s\n", (unsigned long long)one->count,
                   deadletter_kind_name(one->kind), STR_ARG(one->reason));
        else
            others += one->count;
    }
    if (others > 0)
        printf("%8llu  with other reasons\n", (unsigned long long)others);
}

static void print_stays(uint64_t count, const char *why)
{
    if (count > 0)
        printf("%llu %s\n", (unsigned long long)count, why);
}

void requeue_histogram_print(struct requeue_histogram *histogram, const struct requeue *requeue)
{
    const uint64_t *fates = histogram->fates;
    uint64_t goes = fates[REQUEUE_GOES];
    print_reasons(histogram);
    printf("%llu dead letter%s %s%s\n", (unsigned long long)goes, goes == 1 ? "" : "s",
           requeue->dry_run ? "would be " : "", requeue->discard ? "discarded" : "requeued");
    print_stays(fates[REQUEUE_OTHER], "others stay");
    print_stays(fates[REQUEUE_QUARANTINED],
                "stay in quarantine: they came back three times; --quarantined takes them, too");
    print_stays(fates[REQUEUE_EMPTY], "stay: their text was too large to be kept");
    print_stays(fates[REQUEUE_UNKNOWN],
                "stay: their topic is none of this configuration; --to names another");
    print_stays(fates[REQUEUE_GONE], "stay: their topic is not there");
}

void requeue_histogram_free(struct requeue_histogram *histogram)
{
    for (size_t i = 0; i < histogram->count; i++)
        free((char *)histogram->reasons[i].reason.data);
    free(histogram->reasons);
}
