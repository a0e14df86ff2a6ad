package dev.ooh.gc.policy;

import dev.ooh.workloads.Heap;
import java.util.Arrays;

/**
 * The roots of one thread, a stack frame a {@link Heap.Scope scope}. Frames are kept and reused, so
 * that opening a scope allocates nothing. Used by its thread; read by the collector while that
 * thread is stopped.
 */
public final class RootStack {
  private long[] roots = new long[256];
  private Frame[] frames = new Frame[16];
  private int top;
  private int depth;

  RootStack() {
    for (int i = 0; i < frames.length; i++) {
      frames[i] = new Frame(i);
    }
  }

  public Heap.Scope open() {
    if (depth == frames.length) {
      frames = Arrays.copyOf(frames, 2 * depth);
      for (int i = depth; i < frames.length; i++) {
        frames[i] = new Frame(i);
      }
    }
    Frame frame = frames[depth++];
    frame.base = top;
    return frame;
  }

  /** How many roots there are. */
  public int size() {
    return top;
  }

  /** The reference in root {@code index}; may be 0. */
  public long root(int index) {
    return roots[index];
  }

  private final class Frame implements Heap.Scope {
    private final int index;
    private int base;

    Frame(int index) {
      this.index = index;
    }

    @Override
    public int add(long object) {
      if (index != depth - 1) {
        throw new IllegalStateException(
            "root added to scope %d of %d open ones, wanted the innermost"
                .formatted(index + 1, depth));
      }
      if (top == roots.length) {
        roots = Arrays.copyOf(roots, 2 * top);
      }
      roots[top] = object;
      return top++ - base;
    }

    @Override
    public long get(int root) {
      return roots[place(root)];
    }

    @Override
    public void set(int root, long object) {
      roots[place(root)] = object;
    }

    private int place(int root) {
      int place = base + root;
      if (index >= depth || root < 0 || place >= top) {
        throw new IllegalStateException(
            "root %d of scope %d, wanted one that was added to an open scope"
                .formatted(root, index + 1));
      }
      return place;
    }

    @Override
    public void close() {
      if (index != depth - 1) {
        throw new IllegalStateException(
            "closed scope %d of %d open ones, wanted the innermost".formatted(index + 1, depth));
      }
      depth = index;
      top = base;
    }
  }
}
