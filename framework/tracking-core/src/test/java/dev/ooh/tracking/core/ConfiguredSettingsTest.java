package dev.ooh.tracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.testing.space.TestSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A configured setting that no technique declares is told, once: its technique may come later. */
class ConfiguredSettingsTest {
  private final Logger logger = Logger.getLogger("dev.ooh.tracking.core.internal.TrackedSpaces");
  private final List<String> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord logRecord) {
          logged.add(logRecord.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  @Test
  void anUnknownNameIsToldOnceWhenSpacesAreTracked() throws Exception {
    try (TrackingCore core = new TrackingCore()) {
      core.settings(Map.of("uffd-mode", "any"));
      assertThat(logged).isEmpty();
      for (int i = 0; i < 2; i++) {
        try (TestSpace space = new TestSpace()) {
          core.list(space);
          core.use(space, "all-dirty");
        }
      }
      assertThat(logged)
          .containsExactly(
              "the techniques' configuration names 'uffd-mode', wanted a setting of those present:"
                  + " there is none");
    }
  }
}
