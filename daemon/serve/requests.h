/* What may be asked on the control socket: `status` and `reload`. */
#pragma once

#include "serve/app.h"
#include "serve/control.h"
#include "serve/reload.h"

struct requests {
    struct app *app;
    struct reload *reload;
};

/* Listens where the configuration says; `requests` outlives the result. NULL: there shall be none,
 * or there cannot be one where nobody chose the place, which is in the log; NULL and an error in
 * `err->text` (else empty): it cannot be had where it shall be. */
struct control *requests_serve(struct event_base *base, struct requests *requests,
                               struct error *err);
