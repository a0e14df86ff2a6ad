package dev.ooh.machine.substrate;

import dev.ooh.machine.hypervisor.PreCopyMigration;
import dev.ooh.machine.hypervisor.VirtualMachine;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.LiveMigration;
import java.util.BitSet;
import java.util.function.Supplier;

/** Migrates a machine as the hypervisor below it does; the destination never runs. */
final class VirtualLiveMigration implements LiveMigration {
  private final Machine machine;
  private final UserProcess process;
  private final Supplier<PageSet> mapped;

  /**
   * @param mapped the process's pages, as they are when asked
   */
  VirtualLiveMigration(Machine machine, UserProcess process, Supplier<PageSet> mapped) {
    this.machine = machine;
    this.process = process;
    this.mapped = mapped;
  }

  @Override
  public Migration start() {
    return enter(Running::new);
  }

  private <T> T enter(Supplier<T> body) {
    return machine.kernel().entry().service(process, body);
  }

  private final class Running implements Migration {
    private final VirtualMachine destination;
    private final PreCopyMigration migration;
    private boolean closed;

    Running() {
      VirtualMachine source = machine.hardware();
      destination = new VirtualMachine(source.ept().guestBytes());
      migration = new PreCopyMigration(source, destination);
    }

    @Override
    public PageSet round() {
      return enter(() -> pages(migration.round()));
    }

    private PageSet pages(BitSet copied) {
      PageSet.Builder pages = PageSet.builder();
      mapped
          .get()
          .forEachRun(
              (start, end) ->
                  process.forEachMapped(
                      start,
                      end,
                      (gva, gpa) -> {
                        if (copied.get((int) (gpa / PageSet.PAGE_SIZE))) {
                          pages.addPage(gva);
                        }
                      }));
      return pages.build();
    }

    @Override
    public void finish() throws FacilityException {
      try {
        enter(migration::finish);
      } catch (IllegalStateException e) {
        throw new FacilityException(String.valueOf(e.getMessage()), e);
      } finally {
        close();
      }
    }

    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      if (!machine.isStopped()) {
        // The hypervisor's log outlives the process.
        UserProcess in = process.isAlive() ? process : machine.kernel().idle();
        machine.kernel().entry().service(in, migration::close);
      }
      destination.close();
    }
  }
}
