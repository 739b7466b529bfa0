/* Messages that a mail program wrote by itself: out of office, delivery failed. Private to this
 * folder. */
#pragma once

#include "model/event.h"

/* By the mail's headers, where the format or the producer brings them (RFC 3834's Auto-Submitted,
 * Precedence, X-Autoreply, as headers of the record or as attributes), by the subject, and by the
 * words that the message opens with. */
bool is_auto_reply(const struct event *event, const struct record *record);
