/* Reads configurations from files, for config_load: the I/O that the core does not do. */
#pragma once

#include "config/config.h"

/* Loads a configuration from a file. NULL if any finding is fatal; `findings` is filled in both
 * cases and must be freed. Secrets are not read yet: see config_secrets. */
struct config *config_open(const char *path, struct config_findings *findings);

/* A config_read_fn for files and directories; `arg` is unused. What is not there may be among what
 * ships (host/shipped.h). Refuses what is not UTF-8, not a regular file, or larger than 8 MiB. */
bool config_read_file(void *arg, struct str path, struct arena *arena,
                      bool (*each)(void *each_arg, struct str path, struct str text,
                                   struct error *err),
                      void *each_arg, struct error *err);

/* Reads the secrets among the kafka properties from their files, whose content, without the last
 * line break, becomes the value. `${CREDENTIALS_DIRECTORY}` at the beginning of a path is taken
 * from the environment. Once, by programs that talk to Kafka, before the configuration is shared.
 * Where there is a secret the process leaves no core dumps from then on. */
bool config_secrets(struct config *config, struct error *err);
