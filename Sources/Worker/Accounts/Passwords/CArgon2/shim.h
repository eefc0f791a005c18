// libargon2 as Swift sees it.
#pragma once

#include <argon2.h>
