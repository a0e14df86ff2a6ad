package dev.ooh.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The algebra of page sets against that of {@link BitSet}, a bit a unit of 512 bytes. */
class PageSetProperties {
  private static final int UNIT = 512;
  private static final int UNITS = 256;

  /** A range of units, added in no particular order. */
  record Range(int from, int to) {}

  @Provide
  Arbitrary<List<Range>> ranges() {
    Arbitrary<Integer> from = Arbitraries.integers().between(0, UNITS - 1);
    Arbitrary<Integer> length = Arbitraries.integers().between(0, 24);
    return Combinators.combine(from, length)
        .as((f, l) -> new Range(f, Math.min(UNITS, f + l)))
        .list()
        .ofMaxSize(24);
  }

  @Property
  void buildingIsTheUnionOfAllRanges(@ForAll("ranges") List<Range> ranges) {
    PageSet set = set(ranges);
    assertCanonical(set);
    assertThat(bits(set)).isEqualTo(bits(ranges));
    assertThat(set.bytes()).isEqualTo((long) bits(ranges).cardinality() * UNIT);
  }

  @Property
  void buildingInAscendingOrderCountsPagesOnTheWay(@ForAll("ranges") List<Range> ranges) {
    List<Range> ascending = ranges.stream().sorted(Comparator.comparingInt(Range::from)).toList();
    PageSet set = set(ascending);
    assertThat(set).isEqualTo(set(ranges));
    assertCanonical(set);
    assertThat(set.pageCount())
        .isEqualTo(
            bits(ranges).stream().map(unit -> unit * UNIT / PageSet.PAGE_SIZE).distinct().count());
  }

  @Property
  void wholePagesAreThoseThatARunTouches(@ForAll("ranges") List<Range> ranges) {
    PageSet set = set(ranges);
    PageSet.Builder pages = PageSet.builder();
    set.forEachPage(pages::addPage);
    assertThat(set.wholePages()).isEqualTo(pages.build());
    assertCanonical(set.wholePages());
  }

  @Property
  void unionIntersectionAndDifference(
      @ForAll("ranges") List<Range> left, @ForAll("ranges") List<Range> right) {
    PageSet a = set(left);
    PageSet b = set(right);

    BitSet or = bits(left);
    or.or(bits(right));
    assertSame(a.union(b), or);

    BitSet and = bits(left);
    and.and(bits(right));
    assertSame(a.intersect(b), and);
    assertThat(a.intersects(b)).isEqualTo(!and.isEmpty());

    BitSet not = bits(left);
    not.andNot(bits(right));
    assertSame(a.minus(b), not);

    BitSet missing = bits(right);
    missing.andNot(bits(left));
    assertThat(a.containsAll(b)).isEqualTo(missing.isEmpty());
    assertThat(a.union(b).containsAll(b)).isTrue();
  }

  @Property
  void membershipAndIteration(@ForAll("ranges") List<Range> ranges) {
    PageSet set = set(ranges);
    BitSet bits = bits(ranges);
    for (int unit = 0; unit < UNITS; unit++) {
      assertThat(set.contains((long) unit * UNIT)).isEqualTo(bits.get(unit));
      assertThat(set.contains((long) unit * UNIT + UNIT - 1)).isEqualTo(bits.get(unit));
    }
    List<Long> pages = new ArrayList<>();
    set.forEachPage(pages::add);
    List<Long> expected =
        bits.stream()
            .mapToLong(unit -> (long) unit * UNIT & -PageSet.PAGE_SIZE)
            .distinct()
            .boxed()
            .toList();
    assertThat(pages).isEqualTo(expected);
    assertThat(set.pageCount()).isEqualTo(expected.size());
  }

  @Property
  void equalityIsOfContents(
      @ForAll("ranges") List<Range> left, @ForAll("ranges") List<Range> right) {
    PageSet a = set(left);
    PageSet b = set(right);
    assertThat(a.equals(b)).isEqualTo(bits(left).equals(bits(right)));
    assertThat(set(left.reversed())).isEqualTo(a).hasSameHashCodeAs(a);
    assertThat(a.union(b).minus(b)).isEqualTo(a.minus(b));
  }

  private static void assertSame(PageSet set, BitSet expected) {
    assertCanonical(set);
    assertThat(bits(set)).isEqualTo(expected);
  }

  /** Runs are not empty, in order, and don't touch. */
  private static void assertCanonical(PageSet set) {
    long last = -1;
    for (int run = 0; run < set.runCount(); run++) {
      assertThat(set.runStart(run)).isGreaterThan(last);
      assertThat(set.runEnd(run)).isGreaterThan(set.runStart(run));
      last = set.runEnd(run);
    }
    assertThat(set.isEmpty()).isEqualTo(set.runCount() == 0);
  }

  private static PageSet set(List<Range> ranges) {
    PageSet.Builder builder = PageSet.builder();
    ranges.forEach(range -> builder.add((long) range.from() * UNIT, (long) range.to() * UNIT));
    return builder.build();
  }

  private static BitSet bits(List<Range> ranges) {
    BitSet bits = new BitSet();
    ranges.forEach(range -> bits.set(range.from(), range.to()));
    return bits;
  }

  private static BitSet bits(PageSet set) {
    BitSet bits = new BitSet();
    set.forEachRun((start, end) -> bits.set((int) (start / UNIT), (int) (end / UNIT)));
    return bits;
  }
}
