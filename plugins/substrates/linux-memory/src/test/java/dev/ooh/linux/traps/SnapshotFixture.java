package dev.ooh.linux.traps;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.testing.space.OpenMeanwhile;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A space of which snapshots are taken, by a synchronous userfaultfd and its monitor. */
@Timeout(600)
abstract class SnapshotFixture {
  static final int PAGE = PageSet.PAGE_SIZE;
  static final int WRITERS = 4;
  static final long ROOM = 64L << 20;

  private static final LinuxSubstrate LINUX = new LinuxSubstrate();

  /** So that one monitor serves all. */
  @RegisterExtension static final OpenMeanwhile MEANWHILE = new OpenMeanwhile(LINUX);

  final AddressSpace space = LINUX.open(SpaceOptions.named("snapshot"));
  final CopyBeforeWrite copies = space.facility(CopyBeforeWrite.class).orElseThrow();

  @BeforeEach
  void synchronousModeWorks() {
    assumeTrue(copies.refusal().isEmpty(), () -> copies.refusal().orElseThrow());
  }

  @AfterEach
  void close() {
    space.close();
  }

  /** Registers and protects {@code pages}. */
  Descriptor armed(PageSet pages) throws Exception {
    Descriptor descriptor =
        space.facility(Userfaultfd.class).orElseThrow().open(Mode.SYNCHRONOUS_WRITE_PROTECT);
    descriptor.register(pages);
    descriptor.writeProtect(pages);
    return descriptor;
  }

  byte[] copy(long start, int length) {
    byte[] copied = new byte[length];
    space.memory().read(start, copied, 0, length);
    return copied;
  }
}
