/* Does what the lexicons give as examples of concepts with a floor reach them? */
#pragma once

#include "config/config.h"

/* Called with "file:line:column: sentence", which dies with the call. */
typedef void examples_tell_fn(void *arg, struct str sentence);

/* Judges every example as a message of nobody in particular. Tells of each that does not reach the
 * band of its concept's floor, and of each concept with a floor that has no examples. False: told
 * of one. */
bool examples_check(const struct config *config, examples_tell_fn *tell, void *arg);
