#include "encode/judgement.h"

static void put_evidence(struct json_writer *json, const struct evidence *evidence)
{
    json_open_object(json);
    JSON_KEY(json, "field");
    json_put_str(json, evidence->field);
    JSON_KEY(json, "text");
    json_put_str(json, evidence->text);
    if (evidence->to > 0) {
        JSON_KEY(json, "at");
        json_open_array(json);
        json_put_int(json, evidence->from);
        json_put_int(json, evidence->to);
        json_close_array(json);
    }
    if (evidence->mood != HIT_STATED) {
        JSON_KEY(json, "mood");
        json_put_text(json, hit_mood_name(evidence->mood));
    }
    if (evidence->intensified) {
        JSON_KEY(json, "intensified");
        json_put_bool(json, true);
    }
    if (evidence->floor > 0) {
        JSON_KEY(json, "floor");
        json_put_int(json, evidence->floor);
    }
    JSON_KEY(json, "rule");
    json_put_str(json, evidence->rule);
    json_close_object(json);
}

static void put_signal(struct json_writer *json, const struct signal *signal)
{
    json_open_object(json);
    JSON_KEY(json, "signal");
    json_put_str(json, signal->name);
    JSON_KEY(json, "family");
    json_put_text(json, score_family_name(signal->family));
    JSON_KEY(json, "points");
    json_put_int(json, signal->points);
    if (signal->floor > 0) {
        JSON_KEY(json, "floor");
        json_put_int(json, signal->floor);
    }
    if (signal->negated) {
        JSON_KEY(json, "negated");
        json_put_bool(json, true);
    }
    JSON_KEY(json, "rule");
    json_put_str(json, signal->rule);
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
    JSON_KEY(json, "department");
    json_put_str(json, learned_department(verdict->learned));
    JSON_KEY(json, "margin");
    json_put_int(json, learned_margin(verdict->learned));
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
    JSON_KEY(json, "route");
    json_put_str(json, verdict->miss->name);
    JSON_KEY(json, "failed");
    json_put_str(json, verdict->miss_why.failed);
    JSON_KEY(json, "held");
    json_put_int(json, verdict->miss_why.held);
    JSON_KEY(json, "total");
    json_put_int(json, verdict->miss_why.total);
    json_close_object(json);
}
