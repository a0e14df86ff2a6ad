/*
 * The floor: the same system calls from C. Reads commands on standard input and answers each with
 * nanoseconds on a line:
 *   fetch PERCENT   dirties that share of the pages, then times one PAGEMAP_SCAN that reads and
 *                   re-arms
 *   write           times the first write to every armed page; the answer is for one page
 *   fault           times synchronous write-protect faults with a handler thread; for one page
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef PAGEMAP_SCAN
struct page_region { uint64_t start, end, categories; };
struct pm_scan_arg {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
#define PAGEMAP_SCAN _IOWR('f', 16, struct pm_scan_arg)
#endif
#define REGIONS 16384
#define PAGE 4096UL
#define FAULT_PAGES 20000UL

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void check(int ok, const char *what) {
  if (!ok) {
    perror(what);
    exit(1);
  }
}

static struct page_region *vector;
static uint64_t *bounds;
static int pagemap;

static uint64_t scan(char *memory, uint64_t bytes) {
  uint64_t from = (uint64_t)memory, end = from + bytes, length = 0;
  long count;
  do {
    struct pm_scan_arg arg = {
        .size = sizeof arg, .flags = 3, .start = from, .end = end,
        .vec = (uint64_t)vector, .vec_len = REGIONS, .category_inverted = 32,
        .category_mask = 2 | 32, .category_anyof_mask = 8 | 16, .return_mask = 2};
    count = ioctl(pagemap, PAGEMAP_SCAN, &arg);
    check(count >= 0, "PAGEMAP_SCAN");
    for (long i = 0; i < count; i++) {
      bounds[length++] = vector[i].start;
      bounds[length++] = vector[i].end;
    }
    from = count ? vector[count - 1].end : end;
  } while (count == REGIONS && from < end);
  return length;
}

static int open_uffd(int flags, uint64_t features) {
  int fd = syscall(SYS_userfaultfd, O_CLOEXEC | flags);
  check(fd >= 0, "userfaultfd");
  struct uffdio_api api = {.api = UFFD_API, .features = features};
  check(ioctl(fd, UFFDIO_API, &api) == 0, "UFFDIO_API");
  return fd;
}

static void reg(int fd, char *memory, uint64_t bytes) {
  struct uffdio_register r = {
      .range = {(uint64_t)memory, bytes}, .mode = UFFDIO_REGISTER_MODE_WP};
  check(ioctl(fd, UFFDIO_REGISTER, &r) == 0, "UFFDIO_REGISTER");
}

static void protect(int fd, uint64_t start, uint64_t bytes, uint64_t mode) {
  struct uffdio_writeprotect w = {.range = {start, bytes}, .mode = mode};
  check(ioctl(fd, UFFDIO_WRITEPROTECT, &w) == 0, "UFFDIO_WRITEPROTECT");
}

static int handler_fd;
static uint64_t *recorded;
static uint64_t recorded_count;

static void *handler(void *unused) {
  struct uffd_msg messages[16];
  (void)unused;
  for (;;) {
    long bytes = read(handler_fd, messages, sizeof messages);
    if (bytes <= 0) return NULL;
    for (long i = 0; i < bytes / (long)sizeof messages[0]; i++) {
      uint64_t page = messages[i].arg.pagefault.address & -PAGE;
      recorded[recorded_count++ % FAULT_PAGES] = page;
      protect(handler_fd, page, PAGE, 0);
    }
  }
}

int main(int argc, char **argv) {
  uint64_t bytes = strtoull(argc > 1 ? argv[1] : "1024", NULL, 10) << 20;
  char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  check(memory != MAP_FAILED, "mmap");
  madvise(memory, bytes, MADV_NOHUGEPAGE);
  memset(memory, 1, bytes);
  vector = calloc(REGIONS, sizeof *vector);
  bounds = calloc(2 * bytes / PAGE, sizeof *bounds);
  memset(bounds, 1, 2 * bytes / PAGE * sizeof *bounds);
  pagemap = open("/proc/self/pagemap", O_RDONLY);
  check(pagemap >= 0, "open pagemap");
  int async = open_uffd(1, (1 << 0) | (1 << 12) | (1 << 13) | (1 << 15));
  reg(async, memory, bytes);
  scan(memory, bytes);

  char *faulting = NULL;
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    uint64_t start, took;
    unsigned percent;
    if (sscanf(line, "fetch %u", &percent) == 1) {
      uint64_t state = 1;
      for (uint64_t page = 0; page < bytes / PAGE; page++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        if ((state >> 33) % 100 < percent) memory[page * PAGE]++;
      }
      start = now();
      scan(memory, bytes);
      took = now() - start;
    } else if (strcmp(line, "write\n") == 0) {
      start = now();
      for (uint64_t page = 0; page < bytes / PAGE; page++)
        *(volatile uint64_t *)(memory + page * PAGE) = page;
      took = (now() - start) / (bytes / PAGE);
      scan(memory, bytes);
    } else {
      if (!faulting) {
        pthread_t thread;
        recorded = calloc(FAULT_PAGES, sizeof *recorded);
        faulting = mmap(NULL, FAULT_PAGES * PAGE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        madvise(faulting, FAULT_PAGES * PAGE, MADV_NOHUGEPAGE);
        memset(faulting, 1, FAULT_PAGES * PAGE);
        handler_fd = open_uffd(0, (1 << 0) | (1 << 13));
        reg(handler_fd, faulting, FAULT_PAGES * PAGE);
        pthread_create(&thread, NULL, handler, NULL);
      }
      protect(handler_fd, (uint64_t)faulting, FAULT_PAGES * PAGE, 1);
      start = now();
      for (uint64_t page = 0; page < FAULT_PAGES; page++)
        *(volatile uint64_t *)(faulting + page * PAGE) = page;
      took = (now() - start) / FAULT_PAGES;
    }
    printf("%lu\n", (unsigned long)took);
    fflush(stdout);
  }
  return 0;
}
