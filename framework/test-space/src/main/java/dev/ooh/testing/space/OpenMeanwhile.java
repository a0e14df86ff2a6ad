package dev.ooh.testing.space;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A space that is open while the tests of a class and of those nested in it run, which open others:
 * what a substrate's spaces share is there all the while, such as a process that serves them. There
 * is none where the substrate refuses. For a static field with {@code @RegisterExtension}.
 */
public final class OpenMeanwhile implements BeforeAllCallback, AfterAllCallback {
  private final Substrate substrate;
  private @Nullable AddressSpace space;

  /** Classes that have begun and not ended, each nested in the one before. */
  private int begun;

  /** A space of {@code substrate}. */
  public OpenMeanwhile(Substrate substrate) {
    this.substrate = substrate;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (begun++ == 0 && substrate.refusal().isEmpty()) {
      space = substrate.open(SpaceOptions.named("open meanwhile"));
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    AddressSpace opened = space;
    if (--begun == 0 && opened != null) {
      space = null;
      opened.close();
    }
  }
}
