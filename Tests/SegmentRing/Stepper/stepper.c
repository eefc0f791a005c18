#include "CStepper.h"

#include <stddef.h>
#include <sys/ptrace.h>

int stepper_trace_me(void) {
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1 ? -1 : 0;
}

int stepper_step(pid_t child) {
    return ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) == -1 ? -1 : 0;
}
