package dev.ooh.criu.toy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.testing.space.TestExecution;
import dev.ooh.testing.space.TestSpace;
import java.util.Optional;

/** Opens spaces in the Java heap that can be copied before they are written. */
public class ToySubstrate implements Substrate {
  @Override
  public String name() {
    return "toy";
  }

  @Override
  public Optional<String> refusal() {
    return Optional.empty();
  }

  @Override
  public AddressSpace open(SpaceOptions options) {
    return space();
  }

  public static TestSpace space() {
    TestSpace space = new TestSpace("toy", SpaceOptions.named("toy"), new TestExecution());
    return space.offer(CopyBeforeWrite.class, new ToySnapshots(space.memory()));
  }
}
