/* Titles of films, books, songs and games. Private to this folder. */
#pragma once

#include "mood.h"

/* Does a title hold the phrase wholly: 《…》, or quotation marks beside "film", "book" ...? */
bool title_holds(struct context *context, const struct finding *finding);
