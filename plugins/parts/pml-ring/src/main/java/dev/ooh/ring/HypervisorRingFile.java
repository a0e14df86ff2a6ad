package dev.ooh.ring;

import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.memory.PageSet;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RingFile} whose ring the hypervisor fills, with GPAs of pages that it was told to arm.
 * What the hypervisor can't see, that a page got another frame, is added here, by GVA. On the
 * machine's CPU only.
 */
public abstract class HypervisorRingFile extends RingFile {
  private final KernelContext kernel;
  private final Calls calls;

  /** Where GPAs for the hypervisor are put; exists between start and finish. */
  private @Nullable GpaList list;

  /**
   * The numbers of a technique's hypercalls. The first argument of each is the process's pid.
   *
   * @param technique for messages
   * @param init (pid, GPA of a ring, its capacity): opens a log, or gives it another ring
   * @param deactivate (pid): closes the log
   * @param arm (pid, GPA of a {@link GpaList}, count)
   * @param disarm (pid, GPA of a {@link GpaList}, count)
   */
  public record Calls(String technique, long init, long deactivate, long arm, long disarm) {}

  protected HypervisorRingFile(RingDevice<?> device, GuestProcess process, Calls calls) {
    super(device, process);
    this.kernel = device.kernel();
    this.calls = calls;
  }

  // ---- For subclasses -------------------------------------------------------------------------

  /** The kernel as the device's module sees it. */
  protected final KernelContext kernel() {
    return kernel;
  }

  /** Called when the hypervisor has a log. If it throws, nothing is started. */
  protected void opened() {}

  /**
   * Makes a hypercall about this process.
   *
   * @throws IllegalStateException unless it answers 0
   */
  protected final void call(long number, long b, long c) {
    long status = kernel.hypercall(number, process().pid(), b, c);
    if (status != 0) {
      throw new IllegalStateException(
          "hypercall 0x%x of %s answered %d, wanted 0"
              .formatted(number, calls.technique(), status));
    }
  }

  // ---- Requests of the library ----------------------------------------------------------------

  @Override
  protected final void ringReady(long gpa, long capacity) {
    call(calls.init(), gpa, capacity);
  }

  @Override
  protected void start() {
    try {
      list = new GpaList(kernel);
      opened();
    } catch (RuntimeException | Error e) {
      // Otherwise the hypervisor would write to a ring that is freed.
      finish();
      throw e;
    }
  }

  @Override
  protected void finish() {
    try {
      call(calls.deactivate(), 0, 0);
    } finally {
      if (list != null) {
        list.close();
        list = null;
      }
    }
  }

  @Override
  protected final void arm(PageSet pages) {
    // A page without a frame is reported when it gets one.
    GpaList gpas = list();
    Consumer<GpaList> send = full -> send(calls.arm(), full);
    pages.forEachRun(
        (start, end) -> process().forEachMapped(start, end, (gva, gpa) -> gpas.add(gpa, send)));
    send(calls.arm(), gpas);
  }

  // ---- What the hypervisor can't see ----------------------------------------------------------

  @Override
  public final void mapped(long gva, long gpa, Cause cause) {
    report(gva);
  }

  @Override
  public final void unmapped(long start, long end) {
    PageSet gone = watched().intersect(PageSet.of(start, end));
    if (gone.isEmpty()) {
      return;
    }
    GpaList gpas = list();
    Consumer<GpaList> send = full -> send(calls.disarm(), full);
    gone.forEachRun(
        (from, to) ->
            process()
                .forEachMapped(
                    from,
                    to,
                    (gva, gpa) -> {
                      // A frame with another address left still belongs to this process.
                      if (process().resolve(gpa, other -> {}) == 1) {
                        gpas.add(gpa, send);
                      }
                    }));
    send(calls.disarm(), gpas);
  }

  private void send(long number, GpaList gpas) {
    if (!gpas.isEmpty()) {
      call(number, gpas.gpa(), gpas.takeCount());
    }
  }

  private GpaList list() {
    requireStarted();
    return Objects.requireNonNull(list);
  }
}
