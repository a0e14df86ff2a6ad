package dev.ooh.weaving.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ChangedPages;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import org.jspecify.annotations.Nullable;

/** Classes to weave, and classes not to. */
final class Samples {
  private Samples() {}

  /** What a consumer of the product looks like. */
  public static class Right implements Asking {
    private int asked;

    @Override
    public Interval ask(PageSet scan) {
      asked++;
      return changedPages(null, null, scan, scan);
    }

    @ChangedPages
    private Interval changedPages(
        @Nullable AddressSpace space, @Nullable TrackingConsumer me, PageSet scan, PageSet arm) {
      return Interval.all(scan, "not woven");
    }

    int asked() {
      return asked;
    }
  }

  /** The same with a static method. */
  public static class RightAndStatic implements Asking {
    @Override
    public Interval ask(PageSet scan) {
      return changedPages(null, null, scan, scan);
    }

    @ChangedPages
    static Interval changedPages(
        @Nullable AddressSpace space, @Nullable TrackingConsumer me, PageSet scan, PageSet arm) {
      return Interval.all(scan, "not woven");
    }
  }

  /** Forgets a parameter. */
  public static class WrongSignature implements Asking {
    @Override
    public Interval ask(PageSet scan) {
      return changedPages(scan);
    }

    @ChangedPages
    Interval changedPages(PageSet scan) {
      return Interval.all(scan, "not woven");
    }
  }

  /** Has nothing that could be replaced. */
  public abstract static class WithoutBody {
    @ChangedPages
    abstract Interval changedPages(
        AddressSpace space, TrackingConsumer me, PageSet scan, PageSet arm);
  }

  /** Has the signature and not the marker. */
  public static class Unmarked {
    Interval changedPages(AddressSpace space, TrackingConsumer me, PageSet scan, PageSet arm) {
      return Interval.all(scan, "not woven");
    }
  }

  /** How a test calls a class that another loader defined. */
  public interface Asking {
    Interval ask(PageSet scan);
  }
}
