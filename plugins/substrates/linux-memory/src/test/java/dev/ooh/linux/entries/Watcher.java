package dev.ooh.linux.entries;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.entries.MappedMemory.Kind;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.Optional;

/** One range watched through one facility; each fetch arms all of it again. */
interface Watcher extends AutoCloseable {
  /** How it is watched. */
  enum Way {
    SCAN,
    ASYNCHRONOUS,
    SYNCHRONOUS;

    /** Files on disk and private mappings of any file are refused synchronously. */
    boolean watches(Kind kind) {
      return this != SYNCHRONOUS
          || (kind != Kind.SHARED_FILE && kind != Kind.PRIVATE_FILE && kind != Kind.PRIVATE_MEMFD);
    }
  }

  /** What was written since the last fetch, or everything where something may be lost. */
  PageSet fetch() throws FacilityException;

  /** Why the last fetch is everything. */
  String doubt();

  @Override
  void close();

  /** Watches {@code pages} from now on: two fetches have found what was written before. */
  static Watcher of(Way way, AddressSpace space, PageSet pages) throws FacilityException {
    Watcher watcher = way == Way.SCAN ? new Scanned(space, pages) : new Faulted(way, space, pages);
    watcher.fetch();
    watcher.fetch();
    return watcher;
  }

  /** By PAGEMAP_SCAN. */
  final class Scanned implements Watcher {
    private final PageSet pages;
    private final WriteProtectScan.Scanner scanner;
    private String doubt = "";

    private Scanned(AddressSpace space, PageSet pages) throws FacilityException {
      this.pages = pages;
      scanner = space.facility(WriteProtectScan.class).orElseThrow().open();
      try {
        scanner.register(pages);
      } catch (FacilityException e) {
        scanner.close();
        throw e;
      }
    }

    @Override
    public PageSet fetch() throws FacilityException {
      PageSet found = scanner.scan(pages, pages);
      Optional<String> lost = scanner.lost();
      doubt = lost.orElse("");
      return lost.isPresent() ? pages : found;
    }

    @Override
    public String doubt() {
      return doubt;
    }

    @Override
    public void close() {
      scanner.close();
    }
  }

  /** By a userfaultfd. */
  final class Faulted implements Watcher {
    private final PageSet pages;
    private final Userfaultfd.Descriptor descriptor;
    private String doubt = "";
    private boolean armed;

    private Faulted(Way way, AddressSpace space, PageSet pages) throws FacilityException {
      this.pages = pages;
      Mode mode =
          way == Way.SYNCHRONOUS ? Mode.SYNCHRONOUS_WRITE_PROTECT : Mode.ASYNCHRONOUS_WRITE_PROTECT;
      Userfaultfd facility = space.facility(Userfaultfd.class).orElseThrow();
      assumeTrue(
          facility.modes().contains(mode),
          "needs CAP_SYS_PTRACE, vm.unprivileged_userfaultfd or /dev/userfaultfd");
      descriptor = facility.open(mode);
      try {
        descriptor.register(pages);
      } catch (FacilityException e) {
        descriptor.close();
        throw e;
      }
    }

    /** As a session does: what is still armed is not armed again. */
    @Override
    public PageSet fetch() throws FacilityException {
      PageSet found = descriptor.drain(pages);
      Optional<String> lost = descriptor.lost();
      if (lost.isPresent() || !armed) {
        descriptor.writeProtect(pages);
        armed = true;
      }
      Optional<String> late = descriptor.lost();
      doubt = lost.or(() -> late).orElse("");
      return doubt.isEmpty() ? found : pages;
    }

    @Override
    public String doubt() {
      return doubt;
    }

    @Override
    public void close() {
      descriptor.close();
    }
  }
}
