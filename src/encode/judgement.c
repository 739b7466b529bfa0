#include "encode/judgement.h"

static void put_evidence(struct json_writer *json, const struct evidence *evidence)
{
    json_open_object(json);
    JSON_STR(json, "field", evidence->field);
    JSON_STR(json, "text", evidence->text);
    if (evidence->to > 0) {
        JSON_KEY(json, "at");
        json_open_array(json);
        json_put_int(json, evidence->from);
        json_put_int(json, evidence->to);
        json_close_array(json);
    }
    if (evidence->mood != HIT_STATED) {
        JSON_TEXT(json, "mood", hit_mood_name(evidence->mood));
    }
    if (evidence->intensified) {
        JSON_BOOL(json, "intensified", true);
    }
    if (evidence->floor > 0) {
        JSON_INT(json, "floor", evidence->floor);
    }
    JSON_STR(json, "rule", evidence->rule);
    json_close_object(json);
}

static void put_signal(struct json_writer *json, const struct signal *signal)
{
    json_open_object(json);
    JSON_STR(json, "signal", signal->name);
    JSON_TEXT(json, "family", score_family_name(signal->family));
    JSON_INT(json, "points", signal->points);
    if (signal->floor > 0) {
        JSON_INT(json, "floor", signal->floor);
    }
    if (signal->negated) {
        JSON_BOOL(json, "negated", true);
    }
    JSON_STR(json, "rule", signal->rule);
    JSON_KEY(json, "evidence");
    json_open_array(json);
    for (size_t i = 0; i < signal->evidence_count; i++)
        put_evidence(json, &signal->evidence[i]);
    json_close_array(json);
    json_close_object(json);
}

void judgement_signals(struct json_writer *json, const struct score *score)
{
    json_open_array(json);
    for (size_t i = 0; i < score->signal_count; i++)
        put_signal(json, &score->signals[i]);
    json_close_array(json);
}

void judgement_learned(struct json_writer *json, const struct verdict *verdict, struct arena *arena)
{
    struct str reasons[LEARNED_REASONS];
    if (!verdict || !verdict->learned)
        return;
    size_t count = learned_reasons(verdict->learned, arena, reasons);
    JSON_KEY(json, "learned");
    json_open_object(json);
    JSON_STR(json, "department", learned_department(verdict->learned));
    JSON_INT(json, "margin", learned_margin(verdict->learned));
    JSON_KEY(json, "reasons");
    json_open_array(json);
    for (size_t i = 0; i < count; i++)
        json_put_str(json, reasons[i]);
    json_close_array(json);
    json_close_object(json);
}

void judgement_near_miss(struct json_writer *json, const struct verdict *verdict)
{
    if (!verdict->miss) {
        json_put_null(json);
        return;
    }
    json_open_object(json);
    JSON_STR(json, "route", verdict->miss->name);
    JSON_STR(json, "failed", verdict->miss_why.failed);
    JSON_INT(json, "held", verdict->miss_why.held);
    JSON_INT(json, "total", verdict->miss_why.total);
    json_close_object(json);
}
