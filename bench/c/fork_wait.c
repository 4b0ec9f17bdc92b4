// The barest supervisor there can be: fork, exec, wait, again.
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  for (;;) {
    if (fork() == 0) {
      execv(argv[1], argv + 1);
      _exit(127);
    }
    wait(NULL);
  }
}
