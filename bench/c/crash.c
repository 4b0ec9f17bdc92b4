// Kills a process and prints the monotonic time of it in microseconds.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  struct timespec t;
  if (argc < 2) return 2;
  clock_gettime(CLOCK_MONOTONIC, &t);
  if (kill(atoi(argv[1]), SIGKILL) != 0) return 1;
  printf("%ld\n", t.tv_sec * 1000000L + t.tv_nsec / 1000);
  return 0;
}
