/* What is wrong with a configuration: sentences with their places, and their order. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loader.h"

enum { FINDINGS_MAX = 200 };

size_t loader_file(struct loader *loader, struct str file)
{
    for (size_t i = 0; i < loader->file_count; i++) {
        if (str_equal(loader->files[i], file))
            return i;
    }
    loader->files = mem_resize(loader->files, loader->file_count + 1, sizeof(*loader->files));
    loader->files[loader->file_count] = arena_copy(loader->scratch, file);
    return loader->file_count++;
}

static void add_finding(struct loader *loader, struct yaml_place place, bool fatal, struct str text)
{
    loader->failed |= fatal;
    if (loader->finding_count >= FINDINGS_MAX)
        return;
    loader->findings =
        mem_resize(loader->findings, loader->finding_count + 1, sizeof(*loader->findings));
    loader->findings[loader->finding_count++] = (struct loader_finding){
        .place = place, .order = loader_file(loader, place.file), .fatal = fatal, .text = text
    };
}

static void add_sentence(struct loader *loader, struct yaml_place place, bool fatal,
                         const char *format, va_list args)
{
    char sentence[600];
    vsnprintf(sentence, sizeof(sentence), format, args);
    const char *kind = fatal ? "" : "warning: ";
    struct str where = place.line > 0 ? arena_printf(loader->scratch, "%.*s:%d:%d",
                                                     STR_ARG(place.file), place.line, place.column)
                                      : place.file;
    struct str text = arena_printf(loader->scratch, "%.*s: %s%s", STR_ARG(where), kind, sentence);
    add_finding(loader, place, fatal, text);
}

void loader_fail(struct loader *loader, struct yaml_place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_sentence(loader, place, true, format, args);
    va_end(args);
}

void loader_note(struct loader *loader, struct yaml_place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_sentence(loader, place, false, format, args);
    va_end(args);
}

void loader_fail_text(struct loader *loader, struct yaml_place place, const struct error *err)
{
    add_finding(loader, place, true, arena_copy(loader->scratch, str_from(err->text)));
}

const char *loader_guess(struct loader *loader, struct str word, const struct str *names,
                         size_t count)
{
    struct str near = str_nearest(word, names, count);
    return str_present(near)
               ? arena_printf(loader->scratch, " (did you mean '%.*s'?)", STR_ARG(near)).data
               : "";
}

static int compare_findings(const void *left, const void *right)
{
    const struct loader_finding *a = left, *b = right;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    if (a->place.column != b->place.column)
        return a->place.column < b->place.column ? -1 : 1;
    return str_compare(a->text, b->text);
}

void loader_hand_over(struct loader *loader, struct config_findings *findings)
{
    findings->arena = arena_new(4096);
    findings->count = 0;
    findings->items =
        arena_alloc(findings->arena, (loader->finding_count + 1) * sizeof(*findings->items));
    if (loader->finding_count)
        qsort(loader->findings, loader->finding_count, sizeof(*loader->findings), compare_findings);
    for (size_t i = 0; i < loader->finding_count; i++) {
        const struct loader_finding *found = &loader->findings[i];
        /* Two rows may find the same fault of one value. */
        if (i > 0 && str_equal(found->text, loader->findings[i - 1].text))
            continue;
        findings->items[findings->count++] =
            (struct config_finding){ found->fatal, arena_copy(findings->arena, found->text) };
    }
}

void config_findings_free(struct config_findings *findings)
{
    arena_free(findings->arena);
    *findings = (struct config_findings){ 0 };
}
