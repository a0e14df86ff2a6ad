package dev.ooh.conformance;

import dev.ooh.conformance.Step.Arm;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A random life of a space and its consumers, the same for the same seed.
 *
 * @param seed also the seed of the space's own scheduler
 */
record Schedule(long seed, List<Step> steps) {
  private static final int SLOTS = 3;
  private static final int CONSUMERS = 3;
  private static final int SMALL = 24;

  /** More pages than a page-modification log or a small ring buffer has entries. */
  private static final int LARGE = 1200;

  /** So few that one page is met at each of its addresses, time and again. */
  private static final int FEW = 6;

  /** Two huge pages of 2 MiB, and some pages that are in none. */
  private static final int HUGE = 1100;

  /** A kind of life; each seed leads one of them, so that no one drowns the others. */
  private enum Kind {
    /** Fetches and stores, little else: the longest stretches of undisturbed tracking. */
    QUIET,
    CONCURRENT,
    MAPPINGS,
    OPERATORS,
    PROCESSES,
    LARGE,
    /** Some pages are mapped at several addresses. */
    ALIASES,
    HUGE,
    ANYTHING
  }

  Schedule {
    steps = List.copyOf(steps);
  }

  Schedule with(List<Step> fewer) {
    return new Schedule(seed, fewer);
  }

  static Schedule of(long seed) {
    return of(seed, Kind.values()[(int) Math.floorMod(seed, (long) Kind.values().length)]);
  }

  /** A life with huge pages, which are split, partly discarded, mapped anew and shared by forks. */
  static Schedule withHugePages(long seed) {
    return of(seed, Kind.HUGE);
  }

  private static Schedule of(long seed, Kind kind) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
    return new Schedule(seed, new Generator(random, kind).steps());
  }

  private static final class Generator {
    private final Random random;
    private final Kind kind;
    private final int pages;
    private final List<Step> steps = new ArrayList<>();

    Generator(Random random, Kind kind) {
      this.random = random;
      this.kind = kind;
      this.pages =
          switch (kind) {
            case LARGE -> LARGE;
            case HUGE -> HUGE;
            case ALIASES -> FEW;
            default -> SMALL;
          };
    }

    List<Step> steps() {
      steps.add(new Step.Map(0, pages, backing()));
      steps.add(new Step.Map(1, 1 + random.nextInt(Math.min(pages, few())), backing()));
      steps.add(write());
      steps.add(new Step.Fetch(0, Arm.ALL));
      steps.add(new Step.Commit(0));
      if (kind == Kind.ALIASES && random.nextBoolean()) {
        steps.add(new Step.Forked());
      }
      if (kind == Kind.CONCURRENT) {
        steps.add(new Step.StartWriter(random.nextLong()));
        steps.add(new Step.StartWriter(random.nextLong()));
      }
      int length = kind == Kind.LARGE ? 20 : 30 + random.nextInt(40);
      while (steps.size() < length) {
        add();
      }
      return steps;
    }

    private void add() {
      if (kind == Kind.ALIASES && random.nextInt(3) == 0) {
        switch (random.nextInt(4)) {
          case 0, 1 -> steps.add(special());
          case 2 -> armOneAddress();
          default -> storeThroughWhatGoes();
        }
        return;
      }
      if (kind == Kind.HUGE && random.nextInt(8) == 0) {
        storeAroundASplit();
        return;
      }
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> steps.add(write());
        case 3, 4 -> steps.add(new Step.Fetch(consumer(), arm()));
        case 5 -> steps.add(part());
        case 6, 7 -> settle();
        case 8 -> steps.add(new Step.Poll(1 + random.nextInt(20)));
        default -> {
          if (kind == Kind.OPERATORS && random.nextBoolean()) {
            // What the old technique alone has seen.
            steps.add(write());
          }
          steps.add(special());
        }
      }
    }

    private Step write() {
      if (kind == Kind.LARGE && random.nextBoolean()) {
        return new Step.Write(0, random.nextInt(100), 600 + random.nextInt(600), random.nextInt(3));
      }
      int count = random.nextInt(4) == 0 ? 1 + random.nextInt(pages) : 1 + random.nextInt(3);
      return new Step.Write(slot(), page(), count, random.nextInt(3));
    }

    /** Stores through one slot before and after another one alone is fetched and armed. */
    private void armOneAddress() {
      Step store = new Step.Write(slot(), page(), 1 + random.nextInt(3), random.nextInt(3));
      steps.add(store);
      steps.add(new Step.FetchPart(consumer(), slot(), 0, pages, Arm.ALL));
      steps.add(store);
      steps.add(new Step.Fetch(consumer(), Arm.ALL));
    }

    /** Stores to pages of one huge page before and after a part of it is taken away. */
    private void storeAroundASplit() {
      int slot = slot();
      int page = page();
      steps.add(new Step.Fetch(consumer(), Arm.ALL));
      steps.add(new Step.Write(slot, page, 1, random.nextInt(3)));
      steps.add(new Step.Discard(slot, page ^ 1 << random.nextInt(9), 1));
      steps.add(new Step.Write(slot, page ^ 1 << random.nextInt(9), 1, random.nextInt(3)));
      steps.add(new Step.Fetch(consumer(), Arm.ALL));
    }

    /** Stores to armed pages through a mapping that is gone before anybody fetches. */
    private void storeThroughWhatGoes() {
      boolean child = random.nextBoolean();
      int gone = slot();
      if (child) {
        steps.add(new Step.Forked());
      }
      steps.add(new Step.Fetch(consumer(), Arm.ALL));
      int count = 1 + random.nextInt(3);
      if (child) {
        steps.add(new Step.RunChild(slot(), page(), count, random.nextInt(3)));
        steps.add(new Step.CloseChild());
      } else {
        steps.add(new Step.Write(gone, page(), count, random.nextInt(3)));
        steps.add(new Step.Unmap(gone));
      }
      steps.add(new Step.Fetch(consumer(), Arm.ALL));
      steps.add(new Step.Map(gone, pages, Backing.SHARED));
    }

    private Step part() {
      return new Step.FetchPart(consumer(), slot(), page(), 1 + random.nextInt(pages), arm());
    }

    /** Most intervals are committed, some are aborted, some stay outstanding for a while. */
    private void settle() {
      int consumer = consumer();
      if (random.nextInt(4) == 0) {
        steps.add(new Step.Abort(consumer, random.nextInt(4)));
      } else {
        steps.add(new Step.Commit(consumer));
        steps.add(new Step.Commit(consumer));
      }
    }

    private Step special() {
      return switch (kind) {
        case QUIET, LARGE -> write();
        case CONCURRENT -> random.nextInt(3) == 0 ? operator() : new Step.Poll(50);
        case MAPPINGS -> mapping();
        case HUGE -> random.nextInt(3) == 0 ? process() : mapping();
        case ALIASES -> random.nextInt(4) == 0 ? mapping() : sharing();
        case OPERATORS -> operator();
        case PROCESSES -> process();
        case ANYTHING -> anything();
      };
    }

    private Step anything() {
      return switch (random.nextInt(5)) {
        case 0 -> mapping();
        case 1 -> operator();
        case 2 -> process();
        case 3 -> new Step.StartWriter(random.nextLong());
        default -> new Step.JoinWriters();
      };
    }

    private Step mapping() {
      return switch (random.nextInt(6)) {
        case 0 -> new Step.Map(slot(), 1 + random.nextInt(Math.min(pages, few())), backing());
        case 1 -> new Step.Unmap(slot());
        case 2, 3 -> new Step.Remap(slot());
        case 4 -> discard();
        default -> new Step.AlwaysDirty(slot(), page());
      };
    }

    private Step discard() {
      if (kind == Kind.HUGE && random.nextBoolean()) {
        return new Step.Discard(slot(), 512 * random.nextInt(2), 512 * (1 + random.nextInt(2)));
      }
      return new Step.Discard(slot(), page(), 1 + random.nextInt(4));
    }

    private Step operator() {
      return switch (random.nextInt(7)) {
        case 0, 1, 2 -> new Step.Use(random.nextInt(8));
        case 3 -> new Step.Depart(random.nextInt(4));
        case 4 -> new Step.Arrive(random.nextInt(4));
        case 5 -> new Step.Kill(Death.values()[random.nextInt(Death.values().length)]);
        default -> new Step.CloseConsumer(consumer());
      };
    }

    private Step process() {
      return switch (random.nextInt(8)) {
        case 0 -> new Step.Forked();
        case 1, 2 -> new Step.RunChild(slot(), page(), 1 + random.nextInt(3), random.nextInt(3));
        case 3 -> new Step.CloseChild();
        case 4 -> new Step.Migrate();
        case 5 -> random.nextInt(3) == 0 ? new Step.EndMigration() : new Step.Migrate();
        default ->
            new Step.WriteFromOutside(slot(), page(), 1 + random.nextInt(3), random.nextInt(3));
      };
    }

    private Backing backing() {
      return switch (kind) {
        case ALIASES -> Backing.SHARED;
        case MAPPINGS, PROCESSES, ANYTHING ->
            random.nextInt(3) == 0 ? Backing.SHARED : Backing.ANONYMOUS;
        case HUGE -> random.nextInt(3) == 0 ? Backing.SHIFTED_HUGE : Backing.HUGE;
        default -> Backing.ANONYMOUS;
      };
    }

    /** A child that shares pages, and stores to them, is what several addresses are about. */
    private Step sharing() {
      return random.nextBoolean()
          ? process()
          : new Step.RunChild(slot(), page(), 1 + random.nextInt(4), random.nextInt(3));
    }

    /** The most pages that a region besides the first has. */
    private int few() {
      return kind == Kind.HUGE ? HUGE : SMALL;
    }

    private Arm arm() {
      return switch (random.nextInt(6)) {
        case 0 -> Arm.HALF;
        case 1 -> random.nextInt(3) == 0 ? Arm.NONE : Arm.ALL;
        default -> Arm.ALL;
      };
    }

    private int consumer() {
      return Math.max(0, random.nextInt(CONSUMERS + 2) - 2);
    }

    private int slot() {
      return Math.max(0, random.nextInt(SLOTS + 1) - 1);
    }

    private int page() {
      return random.nextInt(pages);
    }
  }
}
