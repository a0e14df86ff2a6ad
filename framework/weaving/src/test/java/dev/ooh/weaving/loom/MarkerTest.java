package dev.ooh.weaving.loom;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Retention;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MarkerTest {
  private static final Marker MARKER = Marker.of(Retention.class);
  private static final String MARK = "Ljava/lang/annotation/Retention;";

  @Test
  void isFoundWhereverItStands() {
    for (int before = 0; before < 100; before++) {
      for (int after = 0; after < 3; after++) {
        String file = "x".repeat(before) + MARK + "x".repeat(after);
        assertThat(isIn(file)).as("%d before, %d after", before, after).isTrue();
      }
    }
  }

  @Test
  void isFoundBehindPartsOfItself() {
    for (int cut = 1; cut < MARK.length(); cut++) {
      assertThat(isIn(MARK.substring(0, cut) + MARK)).as("cut at %d", cut).isTrue();
      assertThat(isIn(MARK.substring(cut) + MARK)).as("cut at %d", cut).isTrue();
    }
  }

  @Test
  void isNotFoundInWhatIsAlmostIt() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 10_000; i++) {
      char[] file = (MARK + MARK).toCharArray();
      for (int at = random.nextInt(MARK.length()); at < file.length; at += MARK.length()) {
        file[at] = '?';
      }
      String text = new String(file);
      assertThat(isIn(text)).as(text).isEqualTo(text.contains(MARK));
    }
  }

  @Test
  void isInNoClassThatIsShorter() {
    assertThat(isIn("")).isFalse();
    assertThat(isIn(MARK.substring(1))).isFalse();
  }

  @Test
  void isNotInTheAnnotationItself() {
    assertThat(MARKER.isIn(Retention.class.getName(), MARK.getBytes(StandardCharsets.US_ASCII)))
        .isFalse();
  }

  private static boolean isIn(String file) {
    return MARKER.isIn("a.B", file.getBytes(StandardCharsets.US_ASCII));
  }
}
