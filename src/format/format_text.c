#include "format/format.h"

enum { NAME_COLUMN = 20, SHOWN_MAX = 60 };

/* A text in one short line, in `arena`. */
static struct str one_line(struct str text, struct arena *arena)
{
    struct str cut = utf8_prefix(text, SHOWN_MAX);
    char *copy = arena_alloc(arena, cut.size + 4);

    for (size_t i = 0; i < cut.size; i++)
        copy[i] = (unsigned char)cut.data[i] < ' ' ? ' ' : cut.data[i];
    struct str line = { copy, cut.size };
    return cut.size < text.size ? arena_printf(arena, "%.*s…", STR_ARG(line)) : line;
}

/* A value in one short line. */
static struct str shown(const cJSON *value, struct arena *arena)
{
    struct str text = json_scalar(value, arena);
    struct buf line = { 0 };

    if (!str_present(text) && cJSON_IsArray(value)) {
        for (const cJSON *item = value->child; item; item = item->next) {
            buf_add_str(&line, json_scalar(item, arena));
            buf_add_str(&line, item->next ? STR(", ") : STR(""));
        }
        text = buf_str(&line);
    }
    struct str result = one_line(str_present(text) ? text : STR("{...}"), arena);
    buf_free(&line);
    return result;
}

static void list_unread(const struct mapped *mapped, bool chinese, struct arena *arena,
                        struct buf *out)
{
    if (mapped->unread_count == 0)
        return;
    buf_printf(out, chinese ? "未读取的文字：%zu 处\n" : "texts that nothing reads: %zu\n",
               mapped->unread_count);
    for (size_t i = 0; i < mapped->unread_count; i++) {
        const struct unread *unread = &mapped->unread[i];
        struct str text = one_line(unread->text, arena);
        buf_printf(out, "  %-*.*s %.*s%s\n", NAME_COLUMN, STR_ARG(unread->at), STR_ARG(text),
                   unread->long_enough ? chinese ? "  （会警告）" : "  (the event warns of it)"
                                       : "");
    }
}

static bool has_field(const struct mapped *mapped, struct str name)
{
    for (size_t i = 0; i < mapped->field_count; i++) {
        if (str_equal(mapped->fields[i].name, name))
            return true;
    }
    return false;
}

void mapped_text(const struct mapped *mapped, bool chinese, struct arena *arena, struct buf *out)
{
    const char *nothing = chinese ? "未找到" : "not found";
    const char *unasked = chinese ? "不适用" : "not asked for";
    struct str type = json_string(json_get(mapped->root, STR("type")));

    buf_printf(out,
               chinese ? "字段映射：%zu 个字段，%u 个未找到\n"
                       : "mapping: %zu fields, %u not found\n",
               mapped->field_count, mapped->missing);
    /* By cases; otherwise it is one of the fields. */
    if (!has_field(mapped, STR("type")))
        buf_printf(out, "  %-*s %.*s\n", NAME_COLUMN, "type", STR_ARG(type));
    if (str_present(mapped->source))
        buf_printf(out, "  %-*s %.*s\n", NAME_COLUMN, "source", STR_ARG(mapped->source));
    if (mapped->initial)
        buf_printf(out, "  %-*s true\n", NAME_COLUMN, "initial");
    for (size_t i = 0; i < mapped->field_count; i++) {
        const struct mapped_field *field = &mapped->fields[i];
        buf_printf(out, "  %-*.*s ", NAME_COLUMN, STR_ARG(field->name));
        if (field->value) {
            struct str value = shown(field->value, arena);
            buf_printf(out, "%.*s  <- %.*s\n", STR_ARG(value), STR_ARG(field->from));
        } else {
            buf_printf(out, "- %s\n", field->asked ? nothing : unasked);
        }
    }
    list_unread(mapped, chinese, arena, out);
}
