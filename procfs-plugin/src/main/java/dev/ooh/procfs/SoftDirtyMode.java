package dev.ooh.procfs;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Gathered.Unseen;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import dev.ooh.tracking.facility.SoftDirtyPagemap.Contents;
import java.util.ArrayList;
import java.util.List;

/**
 * Classic soft-dirty. {@code clear_refs} clears the whole process, so everything armed is read
 * before, inside the asked range or not; and nothing is cleared when nothing has to be armed.
 *
 * <p>An entry is read of each page that is asked about, armed or not, as the paper's {@code /proc},
 * CRIU and Boehm's collector do; of one that is not armed it says nothing. Only where none of them
 * is armed is nothing read.
 *
 * <p>Whoever else clears them, for another address space of the process or to try the technique,
 * takes this one's bits along: it is told as a loss.
 *
 * <p>The bit is in the page's entry, and goes when the kernel drops or replaces the entry. So an
 * armed page that had contents of its own and has none any more counts as written.
 */
final class SoftDirtyMode implements PagemapMode {
  private static final String VAGUE =
      "soft-dirty bits may be lost: pages that hold zeros, or share what they hold";

  private static final String CLEARED =
      "the soft-dirty bits of the process were cleared for another session or address space";

  private final SoftDirtyPagemap pagemap;

  /** Of what was ever to be armed: looked at, and what of it can't be told. */
  private PageSet known = PageSet.empty();

  private volatile List<Unseen> refused = List.of();

  /** As it was when the bits were cleared. */
  private Contents armed = Contents.NONE;

  /** The number of clearings when this one's were the last. */
  private long cleared;

  SoftDirtyMode(SoftDirtyPagemap pagemap) {
    this.pagemap = pagemap;
  }

  @Override
  public String name() {
    return "soft-dirty";
  }

  @Override
  public boolean needsStoppedWriters() {
    return true;
  }

  @Override
  public List<String> remarks() {
    return refused.stream().map(Unseen::reason).toList();
  }

  @Override
  public Gathered collect(PageSet scan, PageSet arm, PageSet armed) throws TrackingException {
    place(arm);
    PageSet untold = refusedPages();
    PageSet told = armed.minus(untold);
    PageSet inside = told.intersect(scan);
    PageSet written = read(scan.minus(untold), inside);
    boolean clears = !armed.minus(written).containsAll(arm);
    if (clears) {
      PageSet outside = told.minus(inside);
      written = written.union(read(outside, outside));
    }
    // After they were read: a clearing from now on finds writers stopped, and nothing to take.
    boolean lost = !armed.isEmpty() && pagemap.clears() != cleared;
    return new Gathered(written, unseen(scan, written), lost ? List.of(CLEARED) : List.of());
  }

  private void place(PageSet arm) throws TrackingException {
    PageSet fresh = arm.minus(known);
    if (!fresh.isEmpty()) {
      List<Unseen> more = pagemap.refused(fresh);
      if (!more.isEmpty()) {
        List<Unseen> all = new ArrayList<>(refused);
        all.addAll(more);
        refused = List.copyOf(all);
      }
      known = known.union(fresh);
    }
  }

  private PageSet refusedPages() {
    PageSet all = PageSet.empty();
    for (Unseen each : refused) {
      all = all.union(each.pages());
    }
    return all;
  }

  private List<Unseen> unseen(PageSet scan, PageSet written) {
    List<Unseen> unseen = new ArrayList<>();
    for (Unseen each : refused) {
      add(unseen, each.pages().intersect(scan), each.reason());
    }
    add(unseen, armed.vague().intersect(scan).minus(written), VAGUE);
    return unseen;
  }

  private static void add(List<Unseen> unseen, PageSet pages, String reason) {
    if (!pages.isEmpty()) {
      unseen.add(new Unseen(pages, reason));
    }
  }

  @Override
  public void arm(PageSet fresh) throws TrackingException {
    Contents now = pagemap.readContents(fresh.minus(refusedPages()));
    armed =
        new Contents(
            armed.own().minus(fresh).union(now.own()),
            armed.vague().minus(fresh).union(now.vague()));
    pagemap.clearSoftDirty();
    cleared = pagemap.clears();
  }

  @Override
  public void unmapped(PageSet pages) {
    known = known.minus(pages);
    armed = new Contents(armed.own().minus(pages), armed.vague().minus(pages));
    refused =
        refused.stream()
            .map(each -> new Unseen(each.pages().minus(pages), each.reason()))
            .filter(each -> !each.pages().isEmpty())
            .toList();
  }

  @Override
  public void close() {}

  private PageSet read(PageSet entries, PageSet wanted) throws TrackingException {
    if (wanted.isEmpty()) {
      return wanted;
    }
    PageSet dirty = pagemap.readSoftDirty(entries).intersect(wanted);
    PageSet unmarked = armed.own().intersect(wanted).minus(dirty);
    return unmarked.isEmpty()
        ? dirty
        : dirty.union(unmarked.minus(pagemap.readContents(unmarked).own()));
  }
}
