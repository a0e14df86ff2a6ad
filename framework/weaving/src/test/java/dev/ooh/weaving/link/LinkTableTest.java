package dev.ooh.weaving.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import java.lang.invoke.MutableCallSite;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

class LinkTableTest {
  private static final PageSet SCAN = PageSet.of(0, 4096);
  private static final PageSet NOTHING = PageSet.empty();
  private static final int MOST_COLLECTIONS = 100;

  private final LinkTable table = new LinkTable();
  private final IntervalSource core = (space, consumer, scan, arm) -> answer("core");
  private final IntervalSource successor = (space, consumer, scan, arm) -> answer("successor");

  @Test
  void saysAllAndWhyBeforeThereIsACore() throws Throwable {
    Interval interval = call(table.site(LinkTable.FETCH));
    assertThat(interval.pages()).isEqualTo(SCAN);
    assertThat(interval.reasons()).singleElement().asString().contains("no tracking core");
    assertThat(table.linked()).isFalse();
  }

  @Test
  void linksSitesThatWereThereBeforeAndThatComeAfter() throws Throwable {
    MutableCallSite before = table.site(LinkTable.FETCH);
    table.link(core);
    MutableCallSite after = table.site(LinkTable.FETCH);
    assertThat(call(before).reasons()).containsExactly("core");
    assertThat(call(after).reasons()).containsExactly("core");
    assertThat(table.linked()).isTrue();
  }

  @Test
  void saysAllAndWhyWhenTheCoreIsGone() throws Throwable {
    MutableCallSite site = table.site(LinkTable.FETCH);
    table.link(core);
    table.unlink(core, "gone for a test");
    assertThat(call(site).pages()).isEqualTo(SCAN);
    assertThat(call(site).reasons()).containsExactly("gone for a test");
    assertThat(table.linked()).isFalse();
  }

  @Test
  void aCoreThatWasReplacedUnlinksNothing() throws Throwable {
    MutableCallSite site = table.site(LinkTable.FETCH);
    table.link(core);
    table.link(successor);
    table.unlink(core, "too late");
    assertThat(call(site).reasons()).containsExactly("successor");
  }

  @Test
  void forgetsSitesOfClassesThatWereUnloaded() throws Throwable {
    MutableCallSite kept = table.site(LinkTable.FETCH);
    WeakReference<MutableCallSite> departed = new WeakReference<>(table.site(LinkTable.FETCH));
    for (int i = 0; i < MOST_COLLECTIONS && departed.get() != null; i++) {
      System.gc();
    }
    assertThat(departed.get()).isNull();
    table.link(core);
    assertThat(call(kept).reasons()).containsExactly("core");
  }

  private static Interval call(MutableCallSite site) throws Throwable {
    return (Interval) site.dynamicInvoker().invoke(null, null, SCAN, NOTHING);
  }

  private static Interval answer(String who) {
    return Interval.all(NOTHING, who);
  }
}
