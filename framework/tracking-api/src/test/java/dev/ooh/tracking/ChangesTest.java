package dev.ooh.tracking;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.PageSet;
import org.junit.jupiter.api.Test;

class ChangesTest {
  /** Else a session takes for armed what has lost its protection with its contents. */
  @Test
  void oneThatCannotBeNotedIsSaid() {
    Changes changes = new Changes(null);
    changes.changed(null, PageSet.of(0, PageSet.PAGE_SIZE));

    assertThatThrownBy(() -> changes.changed(null, null)).isInstanceOf(NullPointerException.class);

    assertThatThrownBy(changes::take)
        .isInstanceOf(TrackingException.class)
        .hasMessageContaining("can't be noted");
  }
}
