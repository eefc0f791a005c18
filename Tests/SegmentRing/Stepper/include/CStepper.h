// Running another process one instruction at a time: ptrace(2), which is variadic in C.
#ifndef WEIR_STEPPER_H
#define WEIR_STEPPER_H

#include <sys/types.h>

/// Lets the parent trace this process. 0, or -1 where tracing is not allowed.
int stepper_trace_me(void);

/// Lets a stopped child run one instruction. 0, or -1.
int stepper_step(pid_t child);

#endif
