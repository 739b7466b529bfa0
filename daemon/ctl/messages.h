/* The stage of escalations behind a desk: notices in, messages out, in the time that they tell. */
#pragma once

#include "config/config.h"
#include "model/actions.h"

struct messages;

struct messages *messages_open(const struct config *config);
void messages_close(struct messages *messages); /* NULL is fine */
/* What became of the notices among the actions; valid until the next call. */
const struct actions *messages_take(struct messages *messages, const struct actions *actions);
/* What still comes up to `until` without further notices. */
const struct actions *messages_pass(struct messages *messages, time_ms until);
