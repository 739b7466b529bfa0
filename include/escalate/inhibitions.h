/* Which notices are kept quiet by others that are open: an index of the open ones that the sources
 * of the configuration's inhibitions match. */
#pragma once

#include "config/config.h"
#include "escalate/member.h"
#include "match/match.h"

struct inhibitions;

/* `config` outlives it or is replaced. */
struct inhibitions *inhibitions_new(const struct config *config);
void inhibitions_free(struct inhibitions *inhibitions); /* NULL is fine */
/* Forgets all members: the caller tells of them again. */
void inhibitions_configure(struct inhibitions *inhibitions, const struct config *config);

/* A member came, or goes. */
void inhibitions_join(struct inhibitions *inhibitions, const struct member *member);
void inhibitions_leave(struct inhibitions *inhibitions, const struct member *member);

/* The rule by which it is not told as things stand, or NULL. */
const struct config_inhibit *inhibitions_judge(const struct inhibitions *inhibitions,
                                               const struct notice *notice);
/* Whether a last source went since this was asked before. */
bool inhibitions_released(struct inhibitions *inhibitions);
