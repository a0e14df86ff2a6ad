// Something for CRIU to dump: fills MEBIBYTES of memory, says so, closes what it has open, and waits.
//
//   memory MEBIBYTES
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int count, char **arguments) {
  if (count != 2) {
    return 2;
  }
  size_t words = (size_t)atol(arguments[1]) << 17;
  uint64_t *memory = mmap(NULL, words * sizeof(uint64_t), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    perror("mmap");
    return 1;
  }
  madvise(memory, words * sizeof(uint64_t), MADV_NOHUGEPAGE);
  uint64_t state = 1;
  for (size_t i = 0; i < words; i++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    memory[i] = state | 1;
  }
  puts("ready");
  fclose(stdout);
  for (;;) {
    pause();
  }
}
