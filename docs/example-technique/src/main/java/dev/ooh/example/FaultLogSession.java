package dev.ooh.example;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.ArmedSession;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import java.util.List;

/** The log at work on one address space. */
final class FaultLogSession extends ArmedSession {
  private final Descriptor descriptor;

  FaultLogSession(AddressSpace space, Descriptor descriptor) {
    super("fault-log", space);
    this.descriptor = descriptor;
  }

  @Override
  protected Gathered collect(PageSet scan, PageSet arm) throws TrackingException {
    PageSet faulted = descriptor.drain();
    return new Gathered(faulted, List.of(), descriptor.lost().stream().toList());
  }

  @Override
  protected List<String> arm(PageSet fresh) throws TrackingException {
    descriptor.register(fresh);
    descriptor.writeProtect(fresh);
    return descriptor.lost().stream().toList();
  }

  @Override
  protected void forget(PageSet unmapped) {
    descriptor.unregister(unmapped);
  }

  @Override
  public String mode() {
    return "synchronous";
  }

  @Override
  protected void release() {
    descriptor.close();
  }
}
