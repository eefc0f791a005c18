// libmongoc as Swift sees it.
#pragma once

#include <mongoc/mongoc.h>
