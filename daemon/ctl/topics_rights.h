/* The rights that each program needs in Kafka, as commands for kafka-acls. */
#pragma once

#include "base/buf.h"
#include "config/config.h"

/* `principal` NULL: "User:" and sasl.username, else "User:ombud". */
void topics_rights(const struct config *config, const char *principal, struct buf *text);
