/* systemd's journal, which keeps fields beside a line. */
#pragma once

#include <stdbool.h>

#include "host/log.h"

/* Whether what is written to `fd` goes to the journal: $JOURNAL_STREAM names this very file. */
bool journal_reads(int fd);
/* `place` may be NULL. False: the journal does not take it. */
bool journal_write(struct str sentence, enum log_priority priority, const struct log_place *place);
