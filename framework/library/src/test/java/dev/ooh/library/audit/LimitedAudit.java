package dev.ooh.library.audit;

import dev.ooh.conformance.audit.Audit;
import dev.ooh.conformance.audit.Disturbance;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Region;
import dev.ooh.tracking.core.TrackingCore;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * An audit in a JVM of its own, which has limits or options that a test can't have: {@code
 * LimitedAudit WAY LIMIT SEED}. Prints what it did, and "nothing lost" as its last line.
 */
final class LimitedAudit {
  private static final int PAGES = 512;
  private static final int ROUNDS = 10;

  /** What the JVM was started with. */
  enum Limit {
    /** Few descriptors, of which none is left now and then. */
    DESCRIPTORS {
      @Override
      void set(Audit audit) {
        Deque<FileInputStream> taken = new ArrayDeque<>();
        audit.disturbBySwitches(audit.space());
        audit.disturb(Disturbance.of("no descriptor is left", random -> takeAll(taken)));
        audit.disturbBySwitches(audit.space());
        audit.disturb(
            Disturbance.of(
                "one descriptor comes back",
                random -> {
                  if (!taken.isEmpty()) {
                    taken.pop().close();
                  }
                }));
        audit.closeLater(() -> giveBack(taken));
        audit.disturb(Disturbance.of("all come back", random -> giveBack(taken)));
      }
    },

    /** Addresses for one space and no more. */
    ADDRESSES {
      @Override
      void set(Audit audit) {
        audit.disturb(
            Disturbance.of(
                "a second space is refused",
                random -> {
                  try (AddressSpace second = audit.openSpace()) {
                    throw new AssertionError("opened " + second.name() + " past the limit");
                  } catch (IllegalStateException e) {
                    System.out.println(e.getMessage());
                  }
                }));
        audit.disturbBySwitches(audit.space());
      }
    },

    /** Child processes come by fork, which copies the page tables. */
    REAL_FORKS {
      @Override
      void set(Audit audit) {
        audit.disturb(
            Disturbance.of("a fork", random -> new ProcessBuilder("true").start().waitFor()));
        audit.disturb(
            Disturbance.of(
                "a fork under way", random -> new ProcessBuilder("sleep", "0.1").start()));
        audit.disturbBySwitches(audit.space());
      }
    };

    abstract void set(Audit audit);
  }

  private LimitedAudit() {}

  public static void main(String[] arguments) throws Exception {
    Way way = Way.valueOf(arguments[0]);
    Limit limit = Limit.valueOf(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    try (TrackingCore core = way.core();
        Audit audit = new Audit(Way.LINUX, way.options(), core, way.techniques(), seed)) {
      Region region = audit.map("limited", PAGES);
      audit.field(region.pages());
      audit.watch("all", region.pages());
      limit.set(audit);
      audit.run(rounds());
      System.out.println(audit);
    }
    System.out.println("nothing lost");
  }

  private static BooleanSupplier rounds() {
    int[] left = {ROUNDS};
    return () -> left[0]-- > 0;
  }

  private static void takeAll(Deque<FileInputStream> taken) {
    try {
      while (true) {
        taken.push(new FileInputStream("/dev/null"));
      }
    } catch (IOException e) {
      // That was the last one.
    }
  }

  private static void giveBack(Deque<FileInputStream> taken) throws IOException {
    while (!taken.isEmpty()) {
      taken.pop().close();
    }
  }
}
