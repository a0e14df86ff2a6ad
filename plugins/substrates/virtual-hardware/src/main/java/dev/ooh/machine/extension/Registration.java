package dev.ooh.machine.extension;

/** Something registered with the machine, until closed. Closing twice does nothing. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
  @Override
  void close();
}
