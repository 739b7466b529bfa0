#include "json_build.h"

#include <string.h>

static cJSON *new_node(int type, struct arena *arena)
{
    cJSON *node = arena_alloc(arena, sizeof(*node));

    node->type = type;
    return node;
}

cJSON *json_new_object(struct arena *arena)
{
    return new_node(cJSON_Object, arena);
}

cJSON *json_new_array(struct arena *arena)
{
    return new_node(cJSON_Array, arena);
}

cJSON *json_new_string(struct str text, struct arena *arena)
{
    cJSON *node = new_node(cJSON_String, arena);

    node->valuestring = (char *)arena_copy(arena, text).data;
    return node;
}

cJSON *json_new_outside_string(struct str bytes, struct arena *arena)
{
    if (!str_present(bytes) || memchr(bytes.data, '\0', bytes.size) || !utf8_valid(bytes, NULL))
        return NULL;
    return json_new_string(bytes, arena);
}

cJSON *json_new_integer(int64_t value, struct arena *arena)
{
    cJSON *node = new_node(cJSON_Number, arena);

    node->valuedouble = (double)value;
    return node;
}

cJSON *json_new_bool(bool value, struct arena *arena)
{
    return new_node(value ? cJSON_True : cJSON_False, arena);
}

cJSON *json_alias(const cJSON *item, struct arena *arena)
{
    cJSON *node = new_node(item->type, arena);

    node->child = item->child;
    node->valuestring = item->valuestring;
    node->valuedouble = item->valuedouble;
    return node;
}

void json_add(cJSON *container, struct str name, cJSON *item, struct arena *arena)
{
    /* As cJSON has it: the first child's `prev` is the last child. */
    cJSON *first = container->child;

    item->string = str_present(name) ? (char *)arena_copy(arena, name).data : NULL;
    item->next = NULL;
    if (!first) {
        container->child = item->prev = item;
        return;
    }
    item->prev = first->prev;
    first->prev->next = item;
    first->prev = item;
}
