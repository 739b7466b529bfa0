/* Where a router's control socket is: the daemon makes it there, `ombudctl` looks for it there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "base/str.h"
#include "config/config.h"

enum { CONTROL_PATH = CONFIG_SOCKET_PATH_MAX + 1, CONTROL_PLACES = 3 };

struct control_places {
    char paths[CONTROL_PLACES][CONTROL_PATH]; /* likeliest first */
    size_t count;                             /* 0: it shall have none */
    bool chosen;                              /* the setting `control` names it */
};

/* Of a router that reads its configuration from `config_path`: what its setting `control` says;
 * else `control` in the directory that systemd made for the unit ($RUNTIME_DIRECTORY), in that of
 * another unit of this name (/run/ombud/NAME, NAME as of /etc/ombud/NAME.yaml), or NAME.control in
 * the user's
 * ($XDG_RUNTIME_DIR/ombud). False + err when the setting is no path for a socket. */
bool control_find_places(struct str setting, const char *config_path, struct control_places *places,
                         struct error *err);
