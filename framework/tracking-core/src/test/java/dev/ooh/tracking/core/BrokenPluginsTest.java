package dev.ooh.tracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.fake.FakeTechnique;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a plain class path, one broken plugin must not take the others with it. */
@Timeout(60)
class BrokenPluginsTest {
  @TempDir Path folder;

  @Test
  void thoseThatWorkAreFoundBesideThoseThatDoNot() throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(
        services.resolve(TrackingTechnique.class.getName()),
        List.of(
            "dev.ooh.nowhere.Missing",
            WithoutItsClass.class.getName(),
            Misnamed.class.getName(),
            Unmade.class.getName(),
            Good.class.getName()));
    try (URLClassLoader loader =
            new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, BrokenPluginsTest.class.getClassLoader());
        TrackingCore core = TrackingCore.load(loader)) {
      assertThat(core.techniques())
          .extracting(TechniqueDescriptor::name)
          .containsExactly("good", "all-dirty");
    }
  }

  @Test
  void aClassPathThatCannotBeReadIsGivenUp() {
    ClassLoader unreadable =
        new ClassLoader(null) {
          @Override
          public Enumeration<URL> getResources(String name) throws IOException {
            throw new IOException("unreadable");
          }
        };
    try (TrackingCore core = TrackingCore.load(unreadable)) {
      assertThat(core.techniques()).extracting(TechniqueDescriptor::name).contains("all-dirty");
    }
  }

  /** Works. */
  public static class Good implements TrackingTechnique {
    private final FakeTechnique fake = new FakeTechnique("good", 5);

    @Override
    public TechniqueDescriptor descriptor() {
      return fake.descriptor();
    }

    @Override
    public Probe probe(AddressSpace space) {
      return fake.probe(space);
    }

    @Override
    public TrackingSession open(AddressSpace space) throws TrackingException {
      return fake.open(space);
    }
  }

  /** As one of whose jar a part is missing. */
  public static final class WithoutItsClass extends Good {
    @Override
    public TechniqueDescriptor descriptor() {
      throw new NoClassDefFoundError("dev/ooh/nowhere/Part");
    }
  }

  /** Says what no technique may be called. */
  public static final class Misnamed extends Good {
    @Override
    public TechniqueDescriptor descriptor() {
      return new TechniqueDescriptor("No Name", "for tests", 1, false);
    }
  }

  /** Can't be made. */
  public static final class Unmade extends Good {
    public Unmade() {
      throw new IllegalStateException("not here");
    }
  }
}
