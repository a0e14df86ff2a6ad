package dev.ooh.machine.extension;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounts;
import java.util.function.Supplier;

/**
 * The machine's extension points, as seen from one process of it: the one behind the address space
 * that was asked. All methods may be called by any thread.
 */
public interface MachineExtensions {
  /** The process behind the address space. */
  GuestProcess process();

  /**
   * Loads a module into the guest kernel, or takes another reference on the one of the same type
   * that is loaded already. {@link KernelModule#load} runs before this returns.
   */
  <M extends KernelModule> Loaded<M> loadKernelModule(Class<M> type, Supplier<M> module);

  /** The same for the hypervisor. */
  <M extends HypervisorModule> Loaded<M> loadHypervisorModule(Class<M> type, Supplier<M> module);

  /**
   * The same for the CPU: a feature that real hardware doesn't have. Where the machine has several
   * processors, each gets an extension of its own, and the first one's is told of.
   */
  <X extends CpuExtension> Loaded<X> installCpuExtension(Class<X> type, Supplier<X> extension);

  /**
   * Opens a UIO device of the guest kernel, on behalf of {@link #process()}; a system call.
   *
   * @throws IllegalArgumentException if no loaded module has registered {@code device}, naming the
   *     devices there are
   */
  DeviceFile open(String device);

  /** The counts since the machine started; immutable. */
  EventCounts events();

  /** Counts what user-side code of a technique does, such as resolving an entry (M17). */
  void count(Event event, long times);

  /**
   * Runs {@code body} on the machine's CPU, in {@link #process()}, as one step that no guest thread
   * interrupts. Runs it directly when the caller is on that CPU already.
   */
  void atomically(Runnable body);

  /** A reference on a loaded module; the last one closed unloads it. Closing twice does nothing. */
  interface Loaded<M> extends AutoCloseable {
    M module();

    @Override
    void close();
  }
}
