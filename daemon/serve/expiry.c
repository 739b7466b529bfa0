#include "serve/expiry.h"

#include <string.h>

#include "calendar/expiry.h"

void expiry_look(struct expiry *expiry, const struct config *config, struct log *log, time_ms now)
{
    bool same = strcmp(expiry->fingerprint, config->fingerprint) == 0;
    if (same && now - expiry->told < TIME_DAY)
        return;
    expiry->told = now;
    memcpy(expiry->fingerprint, config->fingerprint, sizeof(expiry->fingerprint));
    for (size_t i = 0; i < config->calendar_count; i++) {
        struct buf sentence = { 0 };
        if (calendar_expires(config->calendars[i].calendar, now, &sentence))
            log_say(log, LOGGED_WARNING, "calendar: %s", buf_text(&sentence));
        buf_free(&sentence);
    }
    for (size_t i = 0; i < config->regulation_count; i++) {
        struct buf sentence = { 0 };
        if (config_regulation_expires(&config->regulations[i], now, &sentence))
            log_say(log, LOGGED_WARNING, "regulation: %s", buf_text(&sentence));
        buf_free(&sentence);
    }
}
