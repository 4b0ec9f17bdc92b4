// lines COUNT FILE: writes the time of day in microseconds to FILE, then COUNT numbered lines of 100 bytes to stdout.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char buffer[65536];

int main(int argc, char **argv) {
  struct timespec t;
  char line[101];
  if (argc < 3) return 2;
  FILE *began = fopen(argv[2], "w");
  if (began == NULL) return 1;
  clock_gettime(CLOCK_REALTIME, &t);
  fprintf(began, "%ld\n", t.tv_sec * 1000000L + t.tv_nsec / 1000);
  fclose(began);
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  memset(line, 'x', 99), line[99] = '\n';
  long count = atol(argv[1]);
  for (long i = 0; i < count; i++) {
    char number[32];
    snprintf(number, sizeof number, "%09ld ", i);
    memcpy(line, number, 10);
    if (fwrite(line, 100, 1, stdout) != 1) return 1;
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
