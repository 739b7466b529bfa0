#include "loader.h"

void loader_lint(struct loader *loader)
{
    (void)loader;
}
