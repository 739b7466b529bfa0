/* A configuration that several threads use: immutable, counted by reference. */
#pragma once

#include "config/config.h"

struct shared_config;

/* Takes ownership of `config`; the caller holds the first reference. */
struct shared_config *shared_config_new(struct config *config);
struct shared_config *shared_config_take(struct shared_config *shared);
void shared_config_drop(struct shared_config *shared); /* NULL is fine */
const struct config *shared_config_get(const struct shared_config *shared);
