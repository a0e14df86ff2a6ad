package dev.ooh.image.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class NextSetTest {
  @Test
  void nothingTakesLongerThanForever() {
    assertThat(new NextSet(0).takesLongerThan(ChronoUnit.FOREVER.getDuration(), PageSet.empty()))
        .isEmpty();
  }
}
