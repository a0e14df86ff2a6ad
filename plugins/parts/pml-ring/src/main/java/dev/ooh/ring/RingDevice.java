package dev.ooh.ring;

import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.ProcessNotifier;
import dev.ooh.machine.extension.UioDevice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The device of a technique's kernel module. A tracker opens it once for each process that it
 * tracks, itself unless it {@linkplain #TRACK registers} another, and gets a ring that no other
 * process can map. A process has one tracker at a time. On the machine's CPU only.
 *
 * @param <F> the device as one process has it open
 */
public abstract class RingDevice<F extends RingFile> implements UioDevice, ProcessNotifier {
  /** Starts tracking (M3). Argument: how many entries the ring has. */
  public static final int INIT = 1;

  /** Replaces the ring; the old one's entries are lost. Argument: how many entries the new has. */
  public static final int RESIZE = 2;

  /** Brings everything that was logged into the ring. */
  public static final int COLLECT = 3;

  /** Arms the ranges in the request area. Argument: how many. */
  public static final int ARM = 4;

  /** Stops tracking (M4). */
  public static final int DEACTIVATE = 5;

  /** Disarms the ranges in the request area: they are not reported any more. Argument: how many. */
  public static final int DISARM = 6;

  /**
   * Registers the process to track, before {@link #INIT}; without it, it is the opener. The opener
   * must be allowed to trace it. Argument: its pid.
   */
  public static final int TRACK = 7;

  /** The first number for a technique's own requests. */
  public static final int FIRST_OWN = 8;

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
  private final List<F> files = new ArrayList<>();

  /** By pid: the file by which that process is tracked. */
  private final Map<Integer, F> trackers = new HashMap<>();

  protected RingDevice(String name, KernelContext kernel) {
    this.name = name;
    this.kernel = kernel;
    kernel.addProcessNotifier(this);
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
    F known = trackers.get(opener.pid());
    if (known != null && known.opener() == opener) {
      throw busy(opener);
    }
    F file = opened(opener);
    files.add(file);
    // Somebody else may be tracking the opener, which can track another process all the same.
    trackers.putIfAbsent(opener.pid(), file);
    return file;
  }

  /** The opener of {@code file} wants to track another process. */
  final GuestProcess register(RingFile file, int pid) {
    GuestProcess process = kernel.traced(file.opener(), pid);
    RingFile known = trackers.get(pid);
    if (known != null && known != file) {
      throw busy(process);
    }
    unregister(file);
    files.stream().filter(open -> open == file).forEach(open -> trackers.put(pid, open));
    return process;
  }

  /** Whether the file is its process's tracker. */
  final boolean isRegistered(RingFile file) {
    return trackers.get(file.process().pid()) == file;
  }

  final IllegalStateException busy(GuestProcess process) {
    return new IllegalStateException(
        "%s: EBUSY, process %s (%d) has a tracker, wanted one tracker a process"
            .formatted(name, process.name(), process.pid()));
  }

  /** Makes a file for a process that has none. */
  protected abstract F opened(GuestProcess opener);

  /** The process's file; null when it has none open. */
  protected final @Nullable F fileOf(GuestProcess process) {
    return trackers.get(process.pid());
  }

  final void closed(RingFile file) {
    files.remove(file);
    unregister(file);
  }

  private void unregister(RingFile file) {
    trackers.remove(file.process().pid(), file);
  }

  @Override
  public final void execed(GuestProcess process) {
    ended(process, "called execve");
  }

  @Override
  public final void exited(GuestProcess process) {
    ended(process, "exited");
  }

  private void ended(GuestProcess process, String how) {
    F file = trackers.remove(process.pid());
    if (file != null) {
      file.end("%s (%d) has %s".formatted(process.name(), process.pid(), how));
    }
  }

  /** Closes what is open: the module is unloaded. */
  public final void stop() {
    List.copyOf(files).forEach(RingFile::close);
  }
}
