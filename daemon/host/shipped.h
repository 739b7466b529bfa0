/* What comes with Ombud: calendars, formats, lexicons and regulations. A company's own file or
 * folder of the same name, beside its configuration, goes before it, so an upgrade never changes
 * words that somebody has made theirs. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* Where the folders are: $OMBUD_DATA, or where they were installed. */
struct str shipped_folder(void);
/* Of "/etc/ombud/lexicons/zh" the place of the one that ships, "/usr/share/ombud/lexicons/zh",
 * whether or not there is one. Absent: nothing ships under such a name, or it is `path` itself. */
struct str shipped_place(struct str path, struct arena *arena);
/* Is it a folder of formats? To those the shipped ones always belong. */
bool shipped_adds(struct str path);
