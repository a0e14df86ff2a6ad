package dev.ooh.ring;

import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.UioDevice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The device of a technique's kernel module: each tracked process opens it once, and gets a ring of
 * its own. On the machine's CPU only.
 *
 * @param <F> the device as one process has it open
 */
public abstract class RingDevice<F extends RingFile> implements UioDevice {
  /** Starts tracking the opener (M3). Argument: how many entries the ring has. */
  public static final int INIT = 1;

  /** Replaces the ring; the old one's entries are lost. Argument: how many entries the new has. */
  public static final int RESIZE = 2;

  /** Brings everything that was logged into the ring. */
  public static final int COLLECT = 3;

  /** Arms the ranges in the request area. Argument: how many. */
  public static final int ARM = 4;

  /** Stops tracking the opener (M4). */
  public static final int DEACTIVATE = 5;

  /** Disarms the ranges in the request area: they are not reported any more. Argument: how many. */
  public static final int DISARM = 6;

  /** The first number for a technique's own requests. */
  public static final int FIRST_OWN = 7;

  /** mmap offset of the ring, see {@link RingBuffer}. */
  public static final long RING = 0;

  /**
   * mmap offset of the request area, an array of ranges.
   *
   * <pre>
   * offset 0        8       16       24
   *       +--------+--------+--------+--------+---
   *       | start0 |  end0  | start1 |  end1  | …      GVAs, page-aligned, end exclusive
   *       +--------+--------+--------+--------+---
   * </pre>
   */
  public static final long REQUESTS = 1;

  /** How many ranges the request area holds. */
  public static final int MAX_REQUESTS = 4096;

  /** Where a process's addresses end on a processor with 4 levels of page tables. */
  static final long END_OF_MEMORY = 1L << 47;

  static final int REQUEST_PAGES = MAX_REQUESTS * 16 / 4096;

  private final String name;
  private final KernelContext kernel;
  private final Map<Integer, F> opened = new HashMap<>();

  protected RingDevice(String name, KernelContext kernel) {
    this.name = name;
    this.kernel = kernel;
  }

  /** The device's name. */
  public final String name() {
    return name;
  }

  /** The kernel as the device's module sees it. */
  public final KernelContext kernel() {
    return kernel;
  }

  @Override
  public final Session open(GuestProcess opener) {
    if (opened.containsKey(opener.pid())) {
      throw new IllegalStateException(
          "%s: process %s (%d) has it open, wanted one tracker a process"
              .formatted(name, opener.name(), opener.pid()));
    }
    F file = opened(opener);
    opened.put(opener.pid(), file);
    return file;
  }

  /** Makes a file for a process that has none. */
  protected abstract F opened(GuestProcess opener);

  /** The process's file; null when it has none open. */
  protected final @Nullable F fileOf(GuestProcess process) {
    return opened.get(process.pid());
  }

  final void closed(RingFile file) {
    opened.remove(file.process().pid());
  }

  /** Closes what is open: the module is unloaded. */
  public final void stop() {
    List.copyOf(opened.values()).forEach(RingFile::close);
  }
}
