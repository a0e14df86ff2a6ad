package dev.ooh.barrier.weaving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.barrier.link.StoreLinks;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** A chosen class that stays without barriers is never only logged. */
class BarrierAgentTest {
  private final StoreLinks links = new StoreLinks();
  private final BarrierAgent agent =
      new BarrierAgent(new LinkedWeaver(links, ClassPatterns.of("app.*")));

  static final class Storing {
    static void fill(MemorySegment segment) {
      segment.fill((byte) 1);
    }
  }

  @Test
  void aClassWhoseWeavingThrowsIsRemembered() {
    ClassLoader loader = getClass().getClassLoader();
    byte[] broken = {(byte) 0xca, (byte) 0xfe, (byte) 0xba, (byte) 0xbe, 0, 0, 0, 69, 0};
    assertThat(agent.transform(loader, "app/Broken", null, null, broken)).isNull();
    assertThat(links.classes().unfollowed())
        .singleElement()
        .asString()
        .contains("app.Broken", "not woven");
    links.users().open(this, 4096);
    assertThat(links.users().takeDoubts(this)).isEqualTo(links.classes().unfollowed());
  }

  @Test
  void aClassAtWhichTheStackOverflowsIsRemembered() throws Exception {
    ClassLoader loader =
        new ClassLoader(getClass().getClassLoader()) {
          @Override
          public InputStream getResourceAsStream(String name) {
            throw new StackOverflowError(name);
          }
        };
    assertThat(agent.transform(loader, "app/Storing", null, null, storing())).isNull();
    assertThat(links.classes().unfollowed())
        .singleElement()
        .asString()
        .contains("app.Storing", "not woven", "StackOverflowError");
  }

  @Test
  void aClassWhoseLoaderDoesNotSeeTheAgentIsRemembered() throws Exception {
    ClassLoader other = new ClassLoader(null) {};
    assertThat(agent.transform(other, "app/Storing", null, null, storing())).isNull();
    assertThat(links.classes().unfollowed())
        .singleElement()
        .asString()
        .contains("app.Storing", "doesn't see the agent");
  }

  @Test
  void aClassThatNobodyChoseIsLeftAlone() {
    byte[] broken = new byte[8];
    ClassLoader loader = getClass().getClassLoader();
    assertThat(agent.transform(loader, "other/Broken", null, null, broken)).isNull();
    assertThat(links.classes().unfollowed()).isEmpty();
  }

  @Test
  void aChosenClassIsWoven() throws Exception {
    ClassLoader loader = getClass().getClassLoader();
    assertThat(agent.transform(loader, "app/Storing", null, null, storing())).isNotNull();
    assertThat(links.classes().unfollowed()).isEmpty();
  }

  private static byte[] storing() throws IOException {
    try (InputStream in =
        Storing.class.getResourceAsStream(
            Storing.class.getName().substring("dev.ooh.barrier.weaving.".length()) + ".class")) {
      return in.readAllBytes();
    }
  }
}
