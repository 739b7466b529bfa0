/* Any bytes as a configuration: sentences with places, or a configuration whose canonical text is
 * read again as the same one. */
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "fuzz.h"

/* libfyaml 0.7.12 loses the chunks of a single-quoted scalar with many quotes in it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml";
}

static bool read_text(void *arg, struct str path, struct arena *arena,
                      bool (*each)(void *each_arg, struct str path, struct str text,
                                   struct error *err),
                      void *each_arg, struct error *err)
{
    const struct str *text = arg;
    (void)arena;
    if (!str_is(path, "a.yaml"))
        return error_set(err, "there is no '%.*s'", STR_ARG(utf8_prefix(path, 64)));
    return each(each_arg, path, *text, err);
}

static struct config *load(struct str text)
{
    struct config_findings findings;
    struct config *config = config_load(STR("a.yaml"), read_text, &text, &findings);
    bool fatal = false;

    for (size_t i = 0; i < findings.count; i++) {
        if (!str_starts(findings.items[i].text, STR("a.yaml:")))
            fprintf(stderr, "%.*s\n", STR_ARG(findings.items[i].text));
        FUZZ_CHECK(str_starts(findings.items[i].text, STR("a.yaml:")));
        fatal |= findings.items[i].fatal;
    }
    FUZZ_CHECK(fatal == (config == NULL));
    config_findings_free(&findings);
    return config;
}

/* What the shell reads is in the canonical text as a hash only. */
static bool reads_again(const struct config *config)
{
    return config->lexicon_path_count == 0 && config->source_count == 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = load((struct str){ (const char *)data, size });

    if (config && reads_again(config)) {
        static const char tail[] = ",\"lexicon_hash\":";
        char *copy = strdup(config->canonical.data);
        char *end = copy;
        for (char *at = copy; (at = strstr(at, tail)); at++)
            end = at;
        memcpy(end, "}", 2);
        struct config *again = load(str_from(copy));
        FUZZ_CHECK(again && strcmp(again->fingerprint, config->fingerprint) == 0);
        config_free(again);
        free(copy);
    }
    config_free(config);
    return 0;
}
