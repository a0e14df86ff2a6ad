package dev.ooh.machine.hostile;

import dev.ooh.machine.vmx.VmcsField;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A guest that passes whatever it likes to hypercalls, VMCS fields and devices harms itself at
 * most: see {@link HostileGuest} for what is watched. {@code ooh.first-seed} and {@code ooh.seeds}
 * repeat what a failure names.
 */
public abstract class HostileGuestContract {
  private static final int FEW = 50;
  private static final int MANY = 5_000;

  /** What the machine offers beyond the standard: the ways in that are tried. */
  protected interface Surface {
    /** Hypercall numbers that are served. */
    List<Long> hypercalls();

    /** Fields that the guest may get. */
    List<VmcsField> fields();

    /** A device of the guest's kernel. */
    Optional<String> device();

    /** Loads all that into a machine. */
    void load(HostileGuest guest);
  }

  protected abstract Surface surface();

  @Test
  void harmsNobodyButItself() {
    run(FEW);
  }

  @Test
  @Tag("soak")
  void harmsNobodyButItselfForThousandsOfSeeds() {
    run(MANY);
  }

  private void run(int usual) {
    long first = Long.getLong("ooh.first-seed", 1);
    int seeds = Integer.getInteger("ooh.seeds", usual);
    for (long seed = first; seed < first + seeds; seed++) {
      HostileGuest guest = new HostileGuest(surface(), seed);
      try {
        guest.run();
      } catch (Exception | AssertionError e) {
        throw new AssertionError("seed %d: %s%n%s".formatted(seed, e, guest.history()), e);
      } finally {
        guest.close();
      }
    }
  }
}
