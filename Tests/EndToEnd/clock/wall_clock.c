// A wall clock that a test can set for one server: preloaded, it moves what the calls below say of the
// time of day by the seconds in the file that CLOCK_STEP_FILE names. All other clocks run on as they are,
// which is what a machine does whose clock is set by hand or by NTP.
//
//   cc -shared -fPIC -O2 -o wall_clock.so wall_clock.c

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// Without stdio and without memory of its own: these functions are called at any time, in any thread.
static long step_s(void) {
  const char *path = getenv("CLOCK_STEP_FILE");
  if (path == NULL) return 0;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char digits[24];
  ssize_t count = read(file, digits, sizeof digits - 1);
  close(file);
  if (count <= 0) return 0;
  digits[count] = 0;
  return strtol(digits, NULL, 10);
}

static int is_wall_clock(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && is_wall_clock(clock)) now->tv_sec += step_s();
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec precise;
  int result = clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return result;
}

time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}
