#include "ctl/topics_rights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/kafka_conf.h"
#include "kafka/topics.h"

struct rights {
    const struct config *config;
    struct buf *text;
    char principal[200]; /* of the program that is being described */
};

/* `operations`: with blanks between them. */
static void allow(const struct rights *rights, const char *operations, const char *kind,
                  struct str name, bool prefixed)
{
    struct buf *text = rights->text;
    buf_printf(text, "kafka-acls --bootstrap-server ");
    buf_add_shell_word(text, kafka_property(rights->config, "bootstrap.servers"));
    buf_printf(text, " --add --allow-principal ");
    buf_add_shell_word(text, str_from(rights->principal));
    while (*operations != '\0') {
        size_t size = strcspn(operations, " ");
        buf_printf(text, " --operation %.*s", (int)size, operations);
        operations += size + (operations[size] == ' ');
    }
    buf_printf(text, " --%s ", kind);
    buf_add_shell_word(text, name);
    buf_printf(text, "%s\n", prefixed ? " --resource-pattern-type prefixed" : "");
}

static struct str name_of(char *room, size_t size, const struct rights *rights, const char *suffix)
{
    snprintf(room, size, "%.*s%s", STR_ARG(kafka_property(rights->config, "group.id")), suffix);
    return str_from(room);
}

/* librdkafka looks for the coordinator of a group even where a consumer joins none. */
static void allow_reader(const struct rights *rights)
{
    char name[300];
    allow(rights, "Read Describe", "group", name_of(name, sizeof(name), rights, "-reader"), false);
}

/* The daemon: what it reads and writes, its group, and a transactional id for each worker of each
 * instance. */
static void allow_daemon(const struct rights *rights)
{
    size_t count;
    char name[300];
    struct topic_plan *plan = topics_plan(rights->config, &count);
    buf_printf(rights->text, "# ombudd\n");
    for (size_t i = 0; i < count; i++) {
        const char *operations = plan[i].read && plan[i].written ? "Read Write Describe"
                                 : plan[i].written               ? "Write Describe"
                                                                 : "Read Describe";
        allow(rights, operations, "topic", plan[i].name, false);
    }
    free(plan);
    allow(rights, "Read Describe", "group", name_of(name, sizeof(name), rights, ""), false);
    allow_reader(rights);
    allow(rights, "Write Describe", "transactional-id", name_of(name, sizeof(name), rights, "-"),
          true);
}

static void allow_group(const struct rights *rights, const char *suffix)
{
    char name[300];
    allow(rights, "Read Describe", "group", name_of(name, sizeof(name), rights, suffix), false);
}

static void allow_transactions(const struct rights *rights, const char *suffix)
{
    char name[300];
    allow(rights, "Write Describe", "transactional-id", name_of(name, sizeof(name), rights, suffix),
          false);
}

/* What operators do beyond reading: they write events into the home topic, silences into their
 * table, and give dead letters back. */
static void allow_operators(const struct rights *rights)
{
    const struct config *config = rights->config;
    size_t count;
    struct topic_plan *plan = topics_plan(config, &count);
    buf_printf(rights->text, "\n# ombudctl watch, ticket, ack, settle, silence, deadletter\n");
    for (size_t i = 0; i < count; i++) {
        bool writes =
            plan[i].kind == TOPIC_INPUT || str_equal(plan[i].name, config->topics.silences);
        allow(rights, writes ? "Read Write Describe" : "Read Describe", "topic", plan[i].name,
              false);
    }
    free(plan);
    allow_reader(rights);
    allow_group(rights, "-requeue");
    allow_transactions(rights, "-requeue");
}

/* What is done seldom, by few. */
static void allow_administrators(const struct rights *rights)
{
    const struct config *config = rights->config;
    struct buf *text = rights->text;
    buf_printf(text, "\n# ombudctl deadletter requeue of what we could not deliver, in addition\n");
    for (enum output output = 0; output < OUTPUT_COUNT; output++) {
        for (size_t i = 0; i < output_topics(config, output); i++) {
            if (!outputs[output].essential && output_published(config, output))
                allow(rights, "Write", "topic", output_topic(config, output, i), false);
        }
    }
    buf_printf(text, "\n# ombudctl topics create, in addition\n");
    allow(rights, "Create Describe", "topic", str_from(config->topics.prefix.data), true);
    buf_printf(text, "\n# ombudctl topics repartition --into this configuration, in addition\n");
    allow(rights, "Write", "topic", config->topics.state, false);
    allow_group(rights, "");
    allow_transactions(rights, "-repartition");
    buf_printf(text, "\n# ombudctl upgrade finalize, in addition\n");
    allow(rights, "Write", "topic", config->topics.versions, false);
}

/* Who consumes brings a group of its own. */
static void allow_departments(struct rights *rights)
{
    const struct config *config = rights->config;
    for (size_t i = 0; i < config->department_count; i++) {
        const struct config_department *department = &config->departments[i];
        snprintf(rights->principal, sizeof(rights->principal), "User:dept-%.*s",
                 STR_ARG(department->slug));
        buf_printf(rights->text, "\n# the department %.*s\n", STR_ARG(department->slug));
        allow(rights, "Read Describe", "topic", department->topic, false);
        allow(rights, "Read Describe", "group", department->slug, true);
    }
}

void topics_rights(const struct config *config, const char *principal, struct buf *text)
{
    struct rights rights = { .config = config, .text = text };
    struct str user = kafka_property(config, "sasl.username");
    if (principal != NULL)
        snprintf(rights.principal, sizeof(rights.principal), "%s", principal);
    else
        snprintf(rights.principal, sizeof(rights.principal), "User:%.*s",
                 (int)(str_empty(user) ? 5 : user.size), str_empty(user) ? "ombud" : user.data);
    buf_printf(text, "# Each program its rights and no more. Give operators a principal of their "
                     "own with\n# --principal; the departments' are examples.\n");
    allow_daemon(&rights);
    allow_operators(&rights);
    allow_administrators(&rights);
    allow_departments(&rights);
}
