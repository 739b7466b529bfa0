/* Any bytes as a routing model: an error, or a model that answers within its bounds. Behind a right
 * checksum, because bytes that only fail that test nothing else. */
#include <string.h>

#include "base/hash.h"
#include "fuzz.h"
#include "json/json.h"
#include "learn/learned.h"

static void read_and_ask(struct str file, const struct fold *fold)
{
    struct error err = { "" };
    struct routing_model *model = model_read(file, fold, &err);
    FUZZ_CHECK(model || err.text[0] != '\0');
    if (!model)
        return;
    struct features *features = features_new();
    struct arena *arena = arena_new(4096);
    struct learned learned = { .model = model,
                               .features = features,
                               .input = { .body = STR("refund 扣费 refund") } };
    struct str reasons[LEARNED_REASONS];
    FUZZ_CHECK(learned_margin(&learned) >= -1 && learned_margin(&learned) <= MODEL_MARGINS);
    FUZZ_CHECK(learned_reasons(&learned, arena, reasons) <= LEARNED_REASONS);
    arena_free(arena);
    features_free(features);
    model_free(model);
}

/* `data` as the second line, in front of weights for two departments. */
static void add_weights(const uint8_t *data, size_t size, struct buf *body)
{
    char zeros[1024];
    memset(zeros, 1, sizeof(zeros));
    buf_add(body, data, size);
    buf_add_char(body, '\n');
    for (size_t i = 0; i < 3 * LEARN_BUCKETS / sizeof(zeros); i++)
        buf_add(body, zeros, sizeof(zeros));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fold *fold; /* once: it is some milliseconds of tables */
    struct buf body = { 0 }, file = { 0 };
    struct error err;
    char checksum[32];
    if (!fold) {
        json_init();
        fold = fold_new(&err);
        FUZZ_CHECK(fold);
    }
    read_and_ask((struct str){ (const char *)data, size }, fold);
    add_weights(data, size, &body);
    struct str part = buf_str(&body);
    hash128_hex(&part, 1, checksum);
    buf_printf(&file, "ombud-routing-model 1 %.32s\n", checksum);
    buf_add_str(&file, part);
    read_and_ask(buf_str(&file), fold);
    buf_free(&file);
    buf_free(&body);
    return 0;
}
