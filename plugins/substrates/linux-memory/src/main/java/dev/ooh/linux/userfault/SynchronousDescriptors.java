package dev.ooh.linux.userfault;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A space's open descriptors whose write-protect faults a monitor resolves. For any thread. */
final class SynchronousDescriptors {
  private final List<MonitoredDescriptor> open = new CopyOnWriteArrayList<>();

  void add(MonitoredDescriptor descriptor) {
    forgetClosed();
    open.add(descriptor);
  }

  /** Those that are not closed; forgets the others. */
  List<MonitoredDescriptor> open() {
    forgetClosed();
    return List.copyOf(open);
  }

  private void forgetClosed() {
    open.removeIf(MonitoredDescriptor::isClosed);
  }
}
