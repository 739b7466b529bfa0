/* The mapping files in the directories of `formats`, each called like its file. Of two with one
 * name the one read later counts: a folder of one's own may replace a format. */
#pragma once

#include "config/config.h"
#include "yaml/yaml.h"

struct format_file {
    struct str name; /* of the format: the file's without folder and ".yaml" */
    struct str path, text;
    const struct yaml *root;   /* NULL: it is no YAML */
    const struct error *wrong; /* then: why not */
};

/* In the order in which they were read. Zero-initialise but for `arena`. */
struct format_files {
    struct arena *arena; /* borrowed; what the files hold is in it */
    struct format_file *items;
    size_t count;
};

/* Adds the files of one directory, or one file. False + err when it cannot be read; a file that is
 * no YAML is added all the same, for others may be asked for. */
bool format_files_read(struct format_files *files, struct str path, config_read_fn *read,
                       void *read_arg, struct error *err);
void format_files_free(struct format_files *files);

/* NULL + err ("unknown format ..." with a guess). */
const struct format_file *format_files_find(const struct format_files *files, struct str name,
                                            struct error *err);

/* Are records of this format events as they are, so that no file is read for it? */
bool format_is_canonical(struct str name);
