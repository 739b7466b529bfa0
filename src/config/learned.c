/* The routing model that `learned.model` names. */
#include <string.h>

#include "loader.h"
#include "text/lexicon.h"

struct visit {
    struct loader *loader;
    const struct yaml *node; /* the value that names the file */
};

/* What the model may choose must be there. */
static bool fit_departments(struct loader *loader, const struct yaml *node,
                            const struct model_facts *facts)
{
    struct config *config = loader->config;
    struct config_learned *learned = &config->learned;
    learned->routes =
        arena_alloc(loader->arena, facts->department_count * sizeof(*learned->routes));
    for (size_t i = 0; i < facts->department_count; i++) {
        struct str slug = facts->departments[i].slug;
        int department = -1;
        for (size_t k = 0; k < config->department_count; k++) {
            if (str_equal(config->departments[k].slug, slug))
                department = (int)k;
        }
        if (department < 0) {
            loader_fail(loader, node->place,
                        "the model knows the department '%.*s', and this configuration does not",
                        STR_ARG(utf8_prefix(slug, 64)));
            return false;
        }
        learned->routes[learned->route_count++] = (struct config_route){ .name = STR("learned"),
                                                                         .department = department,
                                                                         .place = node->place };
    }
    return true;
}

static bool visit_model(void *arg, struct str path, struct str text, struct error *err)
{
    struct visit *visit = arg;
    struct loader *loader = visit->loader;
    struct config_learned *learned = &loader->config->learned;
    struct error wrong;
    (void)err; /* said with the place that names the file */

    learned->model = model_read(text, lexicon_fold(loader->config->lexicon), &wrong);
    if (!learned->model) {
        loader_fail(loader, visit->node->place, "%.*s: %s", STR_ARG(path), wrong.text);
        return true;
    }
    if (fit_departments(loader, visit->node, model_facts(learned->model)))
        memcpy(learned->hash, model_fingerprint(learned->model).data, sizeof(learned->hash) - 1);
    return true;
}

void loader_learned(struct loader *loader)
{
    struct config_learned *learned = &loader->config->learned;
    struct visit visit = { loader, yaml_get(yaml_get(loader->root, "learned"), "model") };
    struct error err = { "" };

    /* The words of a configuration that fails anyway were not read. */
    if (!str_empty(learned->path) && loader->config->lexicon) {
        struct str path = loader_path(loader, visit.node->place.file, learned->path);
        if (!loader->read(loader->read_arg, path, loader->scratch, visit_model, &visit, &err))
            loader_fail(loader, visit.node->place, "%s", err.text);
    } else if (learned->fallback) {
        loader_fail(loader, yaml_get(yaml_get(loader->root, "learned"), "fallback")->place,
                    "'fallback' needs 'model': there is nothing that was learned");
    }
}
