/* Escalations that nothing sets off, and steps that nobody is told. */
#include "loader.h"

/* What time alone sets off, of one promise or another. */
static bool is_about_a_clock(enum trigger trigger)
{
    return trigger == TRIGGER_WARNING || trigger == TRIGGER_BREACH || trigger == TRIGGER_PROMISE ||
           trigger == TRIGGER_SILENT;
}

/* Whether the matcher holds of nothing that is about no clock. */
static bool needs_a_clock(struct loader *loader, const struct matcher *matcher)
{
    struct matcher *without = matcher_parse(STR("not clock"), loader->scratch, NULL, NULL, NULL);
    const struct matcher *premise = without;
    bool needs = matcher_excludes(&premise, 1, matcher);
    matcher_close(without);
    return needs;
}

static bool any_about_a_clock(const struct config *config, int ladder)
{
    bool found = false;
    for (size_t i = 0; i < config->escalation_count; i++) {
        for (int on = 0; on < TRIGGER_COUNT; on++)
            found |= config->escalations[i].ladder == ladder && config->escalations[i].on[on] &&
                     is_about_a_clock((enum trigger)on);
    }
    return found;
}

/* "trigger in (breach, warning)": what starts the ladder, as a matcher; NULL: nothing does. */
static struct matcher *ladder_triggers(struct loader *loader, int ladder, bool *letters)
{
    const struct config *config = loader->config;
    struct buf text = { 0 };
    bool tickets = false;
    *letters = false;
    for (int trigger = 0; trigger < TRIGGER_COUNT; trigger++) {
        bool starts = false;
        for (size_t i = 0; i < config->escalation_count; i++)
            starts |= config->escalations[i].ladder == ladder && config->escalations[i].on[trigger];
        if (!starts)
            continue;
        *letters |= trigger == TRIGGER_DEADLETTER;
        tickets |= trigger != TRIGGER_DEADLETTER;
        buf_printf(&text, "%s\"%s\"", text.size ? ", " : "trigger in (",
                   trigger_name((enum trigger)trigger));
    }
    buf_add_char(&text, ')');
    *letters &= !tickets;
    struct matcher *matcher = text.size > 1
                                  ? matcher_parse(arena_copy(loader->scratch, buf_str(&text)),
                                                  loader->scratch, NULL, NULL, NULL)
                                  : NULL;
    buf_free(&text);
    return matcher;
}

/* Why that step is never told; NULL: it may be. */
static const char *never_told(const struct config_ladder *ladder, size_t index,
                              const struct matcher *triggers, bool letters)
{
    const struct config_step *step = &ladder->steps[index];
    const struct matcher *own = step->matcher;
    if (letters && index > 0)
        return "only dead letters start this ladder, and they climb no further than its first step";
    if (own && matcher_excludes(&own, 1, own))
        return "its conditions exclude each other";
    if (own && triggers && matcher_excludes(&triggers, 1, own))
        return "no escalation that starts this ladder has the trigger that it asks for";
    for (size_t i = 0; i < index; i++) {
        const struct config_step *before = &ladder->steps[i];
        if (before->level == step->level && before->after == step->after && !before->matcher &&
            !before->window && (!before->unless_acknowledged || step->unless_acknowledged))
            return "an earlier step tells the same level at the same time";
    }
    return NULL;
}

static void lint_steps(struct loader *loader)
{
    const struct config *config = loader->config;
    for (size_t k = 0; k < config->ladder_count; k++) {
        const struct config_ladder *ladder = &config->ladders[k];
        bool letters;
        struct matcher *triggers = ladder_triggers(loader, (int)k, &letters);
        for (size_t i = 0; i < ladder->step_count; i++) {
            const struct matcher *own = ladder->steps[i].matcher;
            const char *why = never_told(ladder, i, triggers, letters);
            if (!why && own && triggers && !any_about_a_clock(config, (int)k) &&
                needs_a_clock(loader, own))
                why = "no escalation that starts this ladder is about a clock";
            if (why)
                loader_note(loader, ladder->place,
                            "step %zu of the ladder '%.*s' is never told: %s", i + 1,
                            STR_ARG(ladder->name), why);
        }
        matcher_close(triggers);
    }
}

static bool has_people(const struct config *config, int level, bool *any)
{
    bool found = false;
    for (size_t i = 0; i < config->department_count; i++) {
        for (size_t k = 0; k < config->level_count; k++) {
            bool here = config->departments[i].people_counts[k] > 0;
            *any |= here;
            found |= here && (int)k == level;
        }
    }
    return found;
}

/* Where departments name people at all, a level without any is one that nobody may be reading. */
static void lint_levels(struct loader *loader)
{
    const struct config *config = loader->config;
    for (size_t level = 0; level < config->level_count; level++) {
        const struct config_ladder *used = NULL;
        bool any = false;
        for (size_t k = 0; k < config->ladder_count; k++) {
            for (size_t i = 0; i < config->ladders[k].step_count && !used; i++)
                used = config->ladders[k].steps[i].level == (int)level ? &config->ladders[k] : NULL;
        }
        if (used && !has_people(config, (int)level, &any) && any)
            loader_note(loader, used->place,
                        "the ladder '%.*s' tells the level '%.*s', for which no department names "
                        "people",
                        STR_ARG(used->name), STR_ARG(config->levels[level].name));
    }
}

/* Rules that ask a clock of what is about none. */
static void lint_clocks_asked(struct loader *loader)
{
    const struct config *config = loader->config;
    for (size_t i = 0; i < config->escalation_count; i++) {
        const struct config_escalation *rule = &config->escalations[i];
        if (!rule->matcher || !needs_a_clock(loader, rule->matcher))
            continue;
        for (int on = 0; on < TRIGGER_COUNT; on++) {
            if (rule->on[on] && on != TRIGGER_DEADLETTER && !is_about_a_clock((enum trigger)on))
                loader_note(loader, rule->place,
                            "'%s' never sets this off: it is about no clock, and the conditions "
                            "ask for one",
                            trigger_name((enum trigger)on));
        }
    }
}

/* Whether `before` takes all that could set `rule` off by that trigger. */
static bool takes_all(const struct config_escalation *before, const struct config_escalation *rule,
                      enum trigger trigger)
{
    const struct matcher *own = rule->matcher;
    if (!before->on[trigger] || (trigger == TRIGGER_REOPENED && before->reopened > rule->reopened))
        return false;
    for (int band = 0; trigger == TRIGGER_BAND && band < BAND_COUNT; band++) {
        if (rule->bands[band] && !before->bands[band])
            return false;
    }
    return !before->matcher || (own && matcher_implies(&own, 1, before->matcher));
}

/* The first rule that has the trigger and matches is the only one. */
static void lint_shadowed(struct loader *loader)
{
    const struct config *config = loader->config;
    for (size_t i = 0; i < config->escalation_count; i++) {
        const struct config_escalation *rule = &config->escalations[i];
        for (int on = 0; on < TRIGGER_COUNT; on++) {
            size_t k = 0;
            while (k < i && !takes_all(&config->escalations[k], rule, (enum trigger)on))
                k++;
            if (rule->on[on] && k < i)
                loader_note(loader, rule->place,
                            "'%s' never sets this off: the escalation in line %d takes it",
                            trigger_name((enum trigger)on), config->escalations[k].place.line);
        }
    }
}

/* Triggers that nothing can raise, and ladders that nothing climbs. */
static void lint_escalations(struct loader *loader)
{
    const struct config *config = loader->config;
    bool promised = false, warned = false, accepted = false;

    for (size_t i = 0; i < config->sla_count; i++) {
        promised = true;
        warned |= config->slas[i].warn.count > 0;
    }
    for (size_t i = 0; i < config->agreement_count; i++) {
        warned |= config->agreements[i].terms.warn.count > 0;
        promised |= loader_promises(&config->agreements[i], CLOCK_HOLD);
        accepted |= loader_promises(&config->agreements[i], CLOCK_ACCEPT);
    }
    for (size_t i = 0; i < config->regulation_count; i++) {
        promised = true;
        warned |= config->regulations[i].warn.count > 0;
    }
    for (size_t i = 0; i < config->escalation_count; i++) {
        const struct config_escalation *rule = &config->escalations[i];
        if (rule->on[TRIGGER_SILENT] && !accepted)
            loader_note(loader, rule->place,
                        "nobody can let an acceptance run out: no agreement says 'accept'");
        if (rule->on[TRIGGER_BREACH] && !promised)
            loader_note(loader, rule->place, "nothing can be breached: there is no SLA");
        if (rule->on[TRIGGER_WARNING] && !warned)
            loader_note(loader, rule->place, "nothing warns: no SLA and no agreement says 'warn'");
    }
    for (size_t k = 0; k < config->ladder_count; k++) {
        bool used = false;
        for (size_t i = 0; i < config->escalation_count; i++)
            used |= config->escalations[i].ladder == (int)k;
        if (!used)
            loader_note(loader, config->ladders[k].place, "no escalation starts the ladder '%.*s'",
                        STR_ARG(config->ladders[k].name));
    }
}

void loader_lint_ladders(struct loader *loader)
{
    lint_escalations(loader);
    lint_clocks_asked(loader);
    lint_shadowed(loader);
    lint_steps(loader);
    lint_levels(loader);
}
