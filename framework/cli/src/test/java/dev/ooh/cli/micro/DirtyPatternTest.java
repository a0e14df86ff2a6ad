package dev.ooh.cli.micro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirtyPatternTest {
  @ParameterizedTest
  @CsvSource({"256,1,3", "256,10,26", "256,100,256", "1000,50,500", "3,0.1,1", "2560,33,845"})
  void writesItsShareInEveryPass(long pages, double percent, long expected) {
    DirtyPattern pattern = new DirtyPattern(pages, percent);
    for (int pass = 0; pass < 5; pass++) {
      PageSet written = pattern.written(0, pass);
      assertThat(written.pageCount()).as("pass %d", pass).isEqualTo(expected);
      int current = pass;
      written.forEachPage(
          page -> assertThat(pattern.writes(page / PageSet.PAGE_SIZE, current)).isTrue());
    }
  }

  @Test
  void writesOtherPagesInTheNextPass() {
    DirtyPattern pattern = new DirtyPattern(256, 10);
    assertThat(pattern.written(0, 1)).isNotEqualTo(pattern.written(0, 2));
  }
}
