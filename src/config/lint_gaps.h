/* Findings about what is not there. A part of lint. */
#pragma once

#include "loader.h"

/* Only on a configuration without errors. */
void loader_lint_gaps(struct loader *loader);
