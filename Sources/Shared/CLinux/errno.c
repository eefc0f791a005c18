#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int weir_errno(void) {
    return errno;
}

void weir_error_message(int code, char *text, size_t capacity) {
    char scratch[128];
    snprintf(text, capacity, "%s", strerror_r(code, scratch, sizeof scratch));
}
