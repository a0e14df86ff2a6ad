// What a C program pays for a snapshot of its memory while four threads write to every page of it:
//
//   snapshots MEBIBYTES COUNT FILE huge|small fork      fork(), and write(2) by the child, as Redis saves
//   snapshots MEBIBYTES COUNT FILE huge|small protect   the kernel's call that protects it all, alone
//
// A line a snapshot: how long the program stood still in ms, until everything was written in ms,
// stores that took a microsecond or more meanwhile, their median and 99.9th percentile in us, the
// longest in ms. A last line: how many KiB of the memory are in huge pages.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096L
#define BLOCK (2L << 20)
#define CHUNK (1L << 20)
#define WRITERS 4
#define SAMPLES (4L << 20)
#define FAULT_NANOS 1000

typedef struct {
  pthread_t thread;
  char *start, *end;
  long passes;
  long count;
  int64_t *samples;
} writer;

static writer writers[WRITERS];
static int copying, stop;

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void *write_for_ever(void *argument) {
  writer *w = argument;
  for (long pass = 1; !__atomic_load_n(&stop, __ATOMIC_RELAXED); pass++) {
    for (char *at = w->start; at < w->end; at += PAGE) {
      int meanwhile = __atomic_load_n(&copying, __ATOMIC_ACQUIRE);
      int64_t start = now();
      *(volatile long *)at = pass;
      int64_t took = now() - start;
      if (meanwhile && took > FAULT_NANOS) {
        long next = w->count;
        if (next < SAMPLES) w->samples[next] = took;
        __atomic_store_n(&w->count, next + 1, __ATOMIC_RELEASE);
      }
    }
    __atomic_store_n(&w->passes, pass, __ATOMIC_RELEASE);
  }
  return NULL;
}

static void await_pass(void) {
  long wanted[WRITERS];
  for (int i = 0; i < WRITERS; i++) wanted[i] = __atomic_load_n(&writers[i].passes, __ATOMIC_ACQUIRE) + 2;
  for (int i = 0; i < WRITERS; i++) {
    while (__atomic_load_n(&writers[i].passes, __ATOMIC_ACQUIRE) < wanted[i]) usleep(1000);
  }
}

static void write_all(const char *memory, long bytes, const char *file) {
  int fd = open(file, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (fd < 0) _exit(1);
  for (long at = 0; at < bytes;) {
    ssize_t done = write(fd, memory + at, bytes - at < CHUNK ? bytes - at : CHUNK);
    if (done <= 0) _exit(1);
    at += done;
  }
  if (fsync(fd) != 0) _exit(1);
  _exit(0);
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void report(int64_t stood, int64_t took) {
  static int64_t all[WRITERS * SAMPLES];
  long count = 0;
  for (int i = 0; i < WRITERS; i++) {
    long own = __atomic_load_n(&writers[i].count, __ATOMIC_ACQUIRE);
    if (own > SAMPLES) {
      fprintf(stderr, "found %ld stores that waited, wanted %ld at most\n", own, SAMPLES);
      exit(1);
    }
    memcpy(all + count, writers[i].samples, own * sizeof *all);
    count += own;
  }
  qsort(all, count, sizeof *all, ascending);
  printf("%.3f %.1f %ld %.1f %.1f %.3f\n", stood / 1e6, took / 1e6, count,
         count ? all[count / 2] / 1e3 : 0, count ? all[(long)(count * 0.999)] / 1e3 : 0,
         count ? all[count - 1] / 1e6 : 0);
  fflush(stdout);
}

static void by_fork(char *memory, long bytes, const char *file) {
  int64_t start = now();
  __atomic_store_n(&copying, 1, __ATOMIC_RELEASE);
  pid_t child = fork();
  if (child == 0) write_all(memory, bytes, file);
  int64_t forked = now();
  if (child < 0) fail("fork");
  int status;
  if (waitpid(child, &status, 0) != child || status != 0) fail("the child's write");
  int64_t end = now();
  __atomic_store_n(&copying, 0, __ATOMIC_RELEASE);
  report(forked - start, end - start);
}

static int protection(char *memory, long bytes) {
  int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
  struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP};
  struct uffdio_register range = {.range = {(uintptr_t)memory, bytes}, .mode = UFFDIO_REGISTER_MODE_WP};
  if (fd < 0 || ioctl(fd, UFFDIO_API, &api) != 0 || ioctl(fd, UFFDIO_REGISTER, &range) != 0) fail("userfaultfd");
  return fd;
}

static void set(int fd, char *memory, long bytes, int64_t mode) {
  struct uffdio_writeprotect p = {.range = {(uintptr_t)memory, bytes}, .mode = mode};
  if (ioctl(fd, UFFDIO_WRITEPROTECT, &p) != 0) fail("UFFDIO_WRITEPROTECT");
}

static long huge_kib(const char *memory) {
  FILE *smaps = fopen("/proc/self/smaps", "r");
  if (!smaps) fail("/proc/self/smaps");
  char line[512];
  unsigned long start, end;
  long inside = 0, kib, sum = 0;
  while (fgets(line, sizeof line, smaps)) {
    if (sscanf(line, "%lx-%lx ", &start, &end) == 2) {
      inside = (uintptr_t)memory >= start && (uintptr_t)memory < end;
    } else if (inside && sscanf(line, "AnonHugePages: %ld", &kib) == 1) {
      sum += kib;
    }
  }
  fclose(smaps);
  return sum;
}

int main(int count, char **words) {
  if (count != 6) {
    fprintf(stderr, "usage: %s MEBIBYTES COUNT FILE huge|small fork|protect\n", words[0]);
    return 2;
  }
  long bytes = atol(words[1]) << 20;
  int snapshots = atoi(words[2]), huge = words[4][0] == 'h', forks = words[5][0] == 'f';
  char *mapped = mmap(NULL, bytes + BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) fail("mmap");
  char *memory = (char *)(((uintptr_t)mapped + BLOCK - 1) & -BLOCK);
  madvise(memory, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  memset(memory, 1, bytes);
  if (!forks) {
    int fd = protection(memory, bytes);
    for (int i = 0; i < snapshots; i++) {
      int64_t start = now();
      set(fd, memory, bytes, UFFDIO_WRITEPROTECT_MODE_WP);
      report(now() - start, 0);
      set(fd, memory, bytes, 0);
      memset(memory, 1, bytes);
    }
  } else {
    for (int i = 0; i < WRITERS; i++) {
      writer *w = &writers[i];
      w->start = memory + bytes / WRITERS * i;
      w->end = w->start + bytes / WRITERS;
      w->samples = malloc(SAMPLES * sizeof *w->samples);
      memset(w->samples, 0, SAMPLES * sizeof *w->samples);
      if (pthread_create(&w->thread, NULL, write_for_ever, w) != 0) fail("pthread_create");
    }
    for (int i = 0; i < snapshots; i++) {
      await_pass();
      for (int w = 0; w < WRITERS; w++) __atomic_store_n(&writers[w].count, 0, __ATOMIC_RELEASE);
      by_fork(memory, bytes, words[3]);
    }
    stop = 1;
    for (int i = 0; i < WRITERS; i++) pthread_join(writers[i].thread, NULL);
  }
  printf("%ld\n", huge_kib(memory));
  return 0;
}
