// Appends its PID and the monotonic time in microseconds to a file, then sleeps for ever: a program that can crash.
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct timespec t;
  char line[64];
  clock_gettime(CLOCK_MONOTONIC, &t);
  int fd = open(argv[argc - 1], O_WRONLY | O_CREAT | O_APPEND, 0644);
  int n = snprintf(line, sizeof line, "%d %ld\n", getpid(), t.tv_sec * 1000000L + t.tv_nsec / 1000);
  if (fd < 0 || write(fd, line, n) != n) return 1;
  for (;;) pause();
}
