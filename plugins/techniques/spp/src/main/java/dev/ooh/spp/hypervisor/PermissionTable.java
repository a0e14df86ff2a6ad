package dev.ooh.spp.hypervisor;

import dev.ooh.machine.extension.HostFrame;
import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.spp.cpu.SpptEntry;
import java.util.HashMap;
import java.util.Map;

/** One machine's SPPT, in host memory. Tables are made as pages need them, and stay. */
final class PermissionTable implements AutoCloseable {
  private final HypervisorContext hypervisor;
  private final HostFrame root;
  private final Map<Long, HostFrame> tables = new HashMap<>();

  PermissionTable(HypervisorContext hypervisor) {
    this.hypervisor = hypervisor;
    root = hypervisor.allocateFrame();
  }

  /** The HPA of the root. */
  long root() {
    return root.hpa();
  }

  /** Lets the {@code writable} sub-pages of the page be written, and no others. */
  void set(long gpa, int writable) {
    HostFrame table = root;
    for (int level = 4; level > 1; level--) {
      table = below(table, 8L * SpptEntry.index(gpa, level));
    }
    table.setLong(8L * SpptEntry.index(gpa, 1), SpptEntry.vector(writable));
  }

  private HostFrame below(HostFrame table, long offset) {
    HostFrame known = tables.get(SpptEntry.address(table.getLong(offset)));
    if (known != null) {
      return known;
    }
    HostFrame fresh = hypervisor.allocateFrame();
    tables.put(fresh.hpa(), fresh);
    table.setLong(offset, SpptEntry.table(fresh.hpa()));
    return fresh;
  }

  @Override
  public void close() {
    tables.values().forEach(HostFrame::close);
    root.close();
  }
}
