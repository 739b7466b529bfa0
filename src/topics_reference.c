#include "topics_reference.h"

#include "config/outputs.h"
#include "globals.h"
#include "stages.h"

static const char intro[] =
    "# Topics\n"
    "\n"
    "This page is generated from the tables of outputs, stages and global tables\n"
    "(`src/config/outputs.c`, `src/stages.c`, `src/globals.c`): change it there, then run\n"
    "`ombudctl help topics > docs/topics.md`.\n"
    "\n"
    "`ombudctl topics create` makes what is missing, `topics check` compares. Names are settings "
    "of\n"
    "`topics`, see [config.md](config.md).\n"
    "\n"
    "- **one** partition: it must have exactly one; **as input**: as many as the topic that its "
    "stage\n"
    "  reads; **any**: what `topics.partitions` says when it is made, and any number later.\n"
    "- **ends the router**: a topic that takes no records may not be left out, so the process ends "
    "and\n"
    "  is started again. What the other topics refuse goes to the dead-letter topic.\n"
    "- With `publish: shadow` only what is marked is written.\n"
    "\n"
    "| topic | holds | kind | partitions | read by | if it takes no records | shadow |\n"
    "|---|---|---|---|---|---|---|\n";

static const char *kind_text(enum topic_kind kind)
{
    static const char *const texts[] = { [TOPIC_INPUT] = "log",
                                         [TOPIC_LOG] = "log",
                                         [TOPIC_TABLE] = "compacted",
                                         [TOPIC_STATE] = "changelog" };
    return texts[kind];
}

static const char *partitions_text(enum topic_partitions partitions)
{
    static const char *const texts[] = {
        [PARTITIONS_ANY] = "any", [PARTITIONS_ONE] = "one", [PARTITIONS_INPUT] = "as input"
    };
    return texts[partitions];
}

static void put_output(enum output output, struct buf *out)
{
    static const char *const ends[] = {
        [SPAN_ONE] = "", [SPAN_DEPARTMENTS] = " + slug", [SPAN_LEVELS] = " + level"
    };
    const struct output_row *row = &outputs[output];
    enum stage reader = stages_reader(output), keeper = stages_keeper(output);
    enum stage stage = reader < STAGE_COUNT ? reader : keeper;
    buf_printf(out, "| `%s`%s | %s | %s | %s | %s | %s | %s |\n", row->key, ends[row->span],
               row->what, kind_text(row->kind), partitions_text(row->partitions),
               stage < STAGE_COUNT ? stages[stage].name : "",
               row->essential ? "ends the router" : "", row->shadow ? "yes" : "");
}

void topics_reference_markdown(struct buf *out)
{
    buf_printf(out, "%s", intro);
    buf_printf(out, "| further `sources` | Events of other systems. | log | any | %s | | |\n",
               stages[stages_reader(OUTPUT_COUNT)].name);
    for (enum output output = 0; output < OUTPUT_COUNT; output++)
        put_output(output, out);
    for (enum global global = 0; global < GLOBAL_COUNT; global++)
        buf_printf(out, "| `%s` | %s | compacted | %s | every worker | | |\n",
                   global_rows[global].name, global_rows[global].what,
                   partitions_text(global_rows[global].one ? PARTITIONS_ONE : PARTITIONS_ANY));
}
