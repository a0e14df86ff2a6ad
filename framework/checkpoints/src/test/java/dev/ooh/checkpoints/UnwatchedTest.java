package dev.ooh.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.PageSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnwatchedTest {
  @Test
  void pagesStayUntilTheyAreWatched() {
    PageSet both = PageSet.of(0x1000, 0x3000);
    Unwatched unwatched = new Unwatched();
    unwatched.add(PageSet.of(0x1000, 0x2000));
    unwatched.add(PageSet.of(0x2000, 0x3000));
    assertThatThrownBy(
            () ->
                unwatched.watch(
                    pages -> {
                      throw new IllegalStateException("it can't be watched now");
                    }))
        .hasMessage("it can't be watched now");
    List<PageSet> watched = new ArrayList<>();
    unwatched.watch(watched::add);
    assertThat(watched).containsExactly(both);
    assertThat(unwatched.isEmpty()).isTrue();
  }
}
