package dev.ooh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class FailuresTest {
  @Test
  void saysWhatIsWrongWithAFileAlsoWhereTheExceptionSaysItByItsTypeAlone() {
    assertThat(Failures.line(new AccessDeniedException("/plugins")))
        .isEqualTo("access denied: /plugins");
    assertThat(Failures.line(new FileSystemException("/plugins", null, "Input/output error")))
        .isEqualTo("/plugins: Input/output error");
  }
}
