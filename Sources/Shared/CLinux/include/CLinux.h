// Linux interfaces that Swift cannot import by itself: variadic functions, function-like macros,
// and the few operations that must be one uninterrupted piece of C.
#ifndef WEIR_CLINUX_H
#define WEIR_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "CLinuxRing.h"

/// errno of the calling thread. Read it directly after the call that failed.
int weir_errno(void);

/// Writes the system's text for an errno value, cut to `capacity` bytes including the final NUL.
void weir_error_message(int code, char *text, size_t capacity);

#include "CLinuxProcess.h"
#include "CLinuxMachine.h"

#endif
