/*
 * GCBench as the application of this name builds it, on Boehm GC or, with -DUSE_MALLOC, on malloc
 * and free. Prints total and longest pause in milliseconds, and the heap in bytes.
 *
 * Usage: gcbench ARRAY_SIZE LONG_LIVED_DEPTH STRETCH_DEPTH [incremental]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifndef USE_MALLOC
#include <gc.h>
#endif

typedef struct node {
  struct node *left, *right;
  int i, j;
} node;

enum { MIN_DEPTH = 4, MAX_DEPTH = 16 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

#ifdef USE_MALLOC
static node *new_node(void) {
  return calloc(1, sizeof(node));
}

static void drop(node *tree) {
  if (tree) {
    drop(tree->left);
    drop(tree->right);
    free(tree);
  }
}
#else
static node *new_node(void) {
  return GC_MALLOC(sizeof(node));
}

static void drop(node *tree) {
  (void)tree;
}

static double longest, stopped;

/* Called with the allocation lock held. */
static void on_event(GC_EventType event) {
  if (event == GC_EVENT_PRE_STOP_WORLD) {
    stopped = now();
  } else if (event == GC_EVENT_POST_START_WORLD) {
    double pause = now() - stopped;
    if (pause > longest) longest = pause;
  }
}
#endif

static long tree_size(int depth) {
  return (2L << depth) - 1;
}

static void populate(int depth, node *n) {
  if (depth == 0) return;
  n->left = new_node();
  n->right = new_node();
  populate(depth - 1, n->left);
  populate(depth - 1, n->right);
}

static node *make(int depth) {
  if (depth == 0) return new_node();
  node *left = make(depth - 1);
  node *right = make(depth - 1);
  node *n = new_node();
  n->left = left;
  n->right = right;
  return n;
}

static int height(const node *n) {
  int h = 0;
  for (; n->left; n = n->left) h++;
  return h;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  long array_size = atol(argv[1]);
  int long_lived = atoi(argv[2]), stretch = atoi(argv[3]);
#ifndef USE_MALLOC
  GC_INIT();
  GC_set_on_collection_event(on_event);
  if (argc > 4) GC_enable_incremental();
#endif
  double start = now();
  int sum = 0;
  node *volatile tree = make(stretch);
  sum += height(tree);
  drop(tree);
  tree = NULL;
  node *volatile kept = new_node();
  populate(long_lived, kept);
#ifdef USE_MALLOC
  double *volatile array = calloc(array_size, sizeof(double));
#else
  double *volatile array = GC_MALLOC_ATOMIC(array_size * sizeof(double));
  memset(array, 0, array_size * sizeof(double));
#endif
  for (long i = 1; i < array_size / 2; i++) array[i] = 1.0 / i;
  int most = stretch < MAX_DEPTH ? stretch : MAX_DEPTH;
  for (int depth = MIN_DEPTH; depth <= most; depth += 2) {
    long trees = 2 * tree_size(stretch) / tree_size(depth);
    for (long i = 0; i < trees; i++) {
      tree = new_node();
      populate(depth, tree);
      sum += height(tree);
      drop(tree);
      tree = NULL;
    }
    for (long i = 0; i < trees; i++) {
      tree = make(depth);
      sum += height(tree);
      drop(tree);
      tree = NULL;
    }
  }
  double total = now() - start;
  if (height(kept) != long_lived || array[1000] != 1.0 / 1000 || sum == 0) return 1;
#ifdef USE_MALLOC
  printf("%.3f 0 0\n", total);
#else
  printf("%.3f %.3f %zu\n", total, longest, GC_get_heap_size());
#endif
  return 0;
}
