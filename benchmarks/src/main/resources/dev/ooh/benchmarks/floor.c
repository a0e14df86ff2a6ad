/*
 * The floor: the same system calls from C, as a library, so that both sides run in one process and
 * pay the same for its threads.
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
#include <unistd.h>

#ifndef PAGEMAP_SCAN
struct page_region { uint64_t start, end, categories; };
struct pm_scan_arg {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
#define PAGEMAP_SCAN _IOWR('f', 16, struct pm_scan_arg)
#endif
#define REGIONS 1024
#define PAGE 4096UL
#define FAULT_PAGES 20000UL

static void check(int ok, const char *what) {
  if (!ok) {
    perror(what);
    exit(1);
  }
}

static struct page_region *vector;
static uint64_t *bounds;
static int pagemap;

static char *memory;
static uint64_t bytes;

static uint64_t scan(void) {
  uint64_t from = (uint64_t)memory, end = from + bytes, length = 0;
  long count;
  do {
    /* Unmarked pages, whatever they are: the kernel has a faster loop for that, and all is armed. */
    struct pm_scan_arg arg = {
        .size = sizeof arg, .flags = 3, .start = from, .end = end,
        .vec = (uint64_t)vector, .vec_len = REGIONS, .category_mask = 2, .return_mask = 2};
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

/* Maps and fills memory, registers it, and arms it. */
void floor_open(long mebibytes) {
  bytes = (uint64_t)mebibytes << 20;
  memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
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
  scan();
}

/* Writes to that share of the pages. */
void floor_dirty(int percent) {
  uint64_t state = 1;
  for (uint64_t page = 0; page < bytes / PAGE; page++) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    if ((state >> 33) % 100 < (unsigned)percent) memory[page * PAGE]++;
  }
}

/* Reads and re-arms; the answer is the number of bounds found. */
long floor_fetch(void) { return scan(); }

void floor_write_each_page(void) {
  for (uint64_t page = 0; page < bytes / PAGE; page++)
    *(volatile uint64_t *)(memory + page * PAGE) = page;
}

static char *faulting;

/* Protects pages whose faults a thread of this process resolves. */
void floor_arm_faults(void) {
  if (!faulting) {
    pthread_t thread;
    recorded = calloc(FAULT_PAGES, sizeof *recorded);
    faulting = mmap(NULL, FAULT_PAGES * PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(faulting != MAP_FAILED, "mmap");
    madvise(faulting, FAULT_PAGES * PAGE, MADV_NOHUGEPAGE);
    memset(faulting, 1, FAULT_PAGES * PAGE);
    handler_fd = open_uffd(0, (1 << 0) | (1 << 13));
    reg(handler_fd, faulting, FAULT_PAGES * PAGE);
    pthread_create(&thread, NULL, handler, NULL);
  }
  protect(handler_fd, (uint64_t)faulting, FAULT_PAGES * PAGE, 1);
}

void floor_fault_each_page(void) {
  for (uint64_t page = 0; page < FAULT_PAGES; page++)
    *(volatile uint64_t *)(faulting + page * PAGE) = page;
}
